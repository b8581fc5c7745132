import { silent } from '@ringback/sip';
import { VirtualClock } from '@ringback/sip/testing';
import { expect, test } from 'vitest';
import type { BindingRequest } from './binding.ts';
import { type LocationLimits, MemoryLocationService } from './memory-location-service.ts';

const AOR = 'sip:a@example.com';

function service(limits: Partial<LocationLimits> = {}) {
  const clock = new VirtualClock(1_000_000);
  const changes: (readonly string[])[] = [];
  const location = new MemoryLocationService({
    clock,
    log: silent,
    limits,
    changed: (_aor, bindings) => changes.push(bindings.map(({ contact }) => contact)),
  });
  let cseq = 0;
  const put = (...put: readonly BindingRequest[]) =>
    location.update(AOR, { callId: 'c', cseq: ++cseq, put, remove: [] });
  return { clock, location, changes, put };
}

function binding(contact: string, rest: Partial<BindingRequest> = {}): BindingRequest {
  return {
    contact,
    params: '',
    path: [],
    transport: 'WS',
    source: { host: '192.0.2.1', port: 1 },
    tied: true,
    flowId: contact,
    q: 1000,
    expiresAt: 1_060_000,
    ...rest,
  };
}

const contacts = (bindings: readonly { contact: string }[]) => bindings.map(({ contact }) => contact);

test('bindings come by q, the youngest first among equals (REG-024)', async () => {
  const { location, put } = service();
  await put(binding('sip:low@x', { q: 100 }), binding('sip:one@x'), binding('sip:two@x'));
  expect(contacts(await location.lookup(AOR))).toEqual(['sip:two@x', 'sip:one@x', 'sip:low@x']);
});

test('the binding of a closed flow is a ghost: not listed, waited for, gone after its time', async () => {
  const { clock, location, put } = service({ ghost: 35_000 });
  await put(binding('sip:one@x'));
  location.flowClosed('sip:one@x');
  expect([await location.lookup(AOR), await location.hasGhost(AOR)]).toEqual([[], true]);
  clock.advance(36_000);
  expect([await location.hasGhost(AOR), location.counts]).toEqual([false, { bindings: 0, timers: 0 }]);
});

test('a flow takes only the bindings that still name it, and only those tied to it', async () => {
  const { location, put } = service();
  await put(binding('sip:one@x', { flowId: 'old' }), binding('sip:tcp@x', { flowId: 'old', tied: false }));
  await put(binding('sip:one@x', { flowId: 'new' }));
  location.flowClosed('old');
  expect(contacts(await location.lookup(AOR)).sort()).toEqual(['sip:one@x', 'sip:tcp@x']);
});

test('a waiter is woken by the first binding that can be called, or by its timeout', async () => {
  const { clock, location, put } = service();
  const woken = location.wait(AOR, 5000);
  await put(binding('sip:one@x'));
  expect(contacts(await woken)).toEqual(['sip:one@x']);
  const late = location.wait('sip:b@example.com', 5000);
  clock.advance(5000);
  expect(await late).toEqual([]);
});

test('the limit counts per AOR and leaves refreshes alone (SEC-REG-03)', async () => {
  const { put } = service({ bindingsPerAor: 2 });
  await put(binding('sip:one@x'), binding('sip:two@x'));
  expect(await put(binding('sip:three@x'))).toEqual({ ok: false, why: 'full' });
  expect(await put(binding('sip:two@x'))).toMatchObject({ ok: true });
});

test('whoever listens hears of registration, closed flow and expiry, which waits for no request (trap 4.7 #105)', async () => {
  const { clock, location, changes, put } = service();
  await put(binding('sip:one@x'), binding('sip:two@x', { expiresAt: 1_030_000 }));
  location.flowClosed('sip:one@x');
  clock.advance(31_000);
  expect(changes).toEqual([['sip:two@x', 'sip:one@x'], ['sip:two@x'], []]);
});

test('changes reach the store in one batch, off the path of the answer; a store that fails does not break the service', async () => {
  const clock = new VirtualClock(1_000_000);
  const batches: number[] = [];
  const errors: string[] = [];
  const location = new MemoryLocationService({
    clock,
    log: (_level, event) => errors.push(event),
    store: {
      load: () => [],
      write(changes) {
        batches.push(changes.length);
        throw new Error('disk full');
      },
    },
  });
  const update = { callId: 'c', cseq: 1, remove: [] };
  await location.update(AOR, { ...update, put: [binding('sip:one@x', { tied: false })] });
  await location.update(AOR, { ...update, cseq: 2, put: [binding('sip:two@x', { tied: false })] });
  await location.update(AOR, { ...update, cseq: 3, put: [binding('sip:browser@x')] });
  expect(batches).toEqual([]);
  clock.advance(100);
  expect([batches, errors]).toEqual([[2], ['location-store-write-failed']]);
  expect(await location.lookup(AOR)).toHaveLength(3);
});

test('what has expired while the process was down is not restored, and is deleted from the store', async () => {
  const clock = new VirtualClock(2_000_000);
  const writes: unknown[] = [];
  const { flowId: _, ...stored } = binding('sip:one@x', { tied: false, transport: 'UDP' });
  const location = new MemoryLocationService({
    clock,
    log: silent,
    store: {
      load: () => [{ ...stored, aor: AOR, key: 'sip:one@x', callId: 'c', cseq: 1 }],
      write: (changes) => void writes.push(...changes),
    },
  });
  clock.advance(1000);
  expect([await location.lookup(AOR), writes]).toEqual([[], [{ type: 'delete', aor: AOR, key: 'sip:one@x' }]]);
});

test('close writes what is pending and lets nobody wait', async () => {
  const { clock, location, put } = service();
  await put(binding('sip:one@x'));
  const waiting = location.wait('sip:b@example.com', 5000);
  location.close();
  expect(await waiting).toEqual([]);
  expect(clock.pendingTimers).toBe(0);
});
