import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Bench, cut } from '../testing/index.ts';
import { requestText, to, uas, vias } from '../testing/transport-scene.ts';

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
// Whatever a test did, in the end nothing is left of it (trap 4.11 #138).
afterEach(() => bench.finish());

describe('a request over 1300 octets (§18.1.1, trap 4.2 #30)', () => {
  const large = 'x'.repeat(1300);

  test('goes by TCP, and its Via says so (TPT-001)', () => {
    const alice = bench.element('192.0.2.1');
    const bob = uas(bench);
    const outcome = alice.send(alice.newRequest('MESSAGE', 'sip:bob@192.0.2.2', { body: large }), {
      destination: to('UDP'),
    });
    bench.clock.advance(0);
    expect(outcome.statuses).toEqual([200]);
    expect(bob.requests[0]?.flow.transport).toBe('TCP');
    expect(bob.requests[0]?.request.headers.get('via')).toMatch(/^SIP\/2.0\/TCP 192.0.2.1:5060;branch=/);
    expect(outcome.ended).toBe(1);
  });

  test('exactly at the limit it stays on UDP; the limit is an option', () => {
    const alice = bench.element('192.0.2.1', { transportLimits: { udpRequest: 600 } });
    const bob = uas(bench);
    const empty = alice.newRequest('MESSAGE', 'sip:bob@192.0.2.2', { callId: 'c', body: 'x'.repeat(100) });
    const overhead = alice.transactions.send(empty, { destination: to('UDP') })?.bytes.length ?? 0;
    for (const size of [600, 601]) {
      alice.send(
        alice.newRequest('MESSAGE', 'sip:bob@192.0.2.2', { callId: 'c', body: 'x'.repeat(size - overhead + 100) }),
        { destination: to('UDP') },
      );
    }
    bench.clock.advance(0);
    expect(bob.requests.slice(1).map(({ flow }) => flow.transport)).toEqual(['UDP', 'TCP']);
  });

  test('goes by UDP after all when TCP is refused, its Via changed back, and is then retransmitted (TPT-001)', () => {
    const alice = bench.element('192.0.2.1');
    const bob = bench.peer('192.0.2.2', 'UDP', 5060);
    const outcome = alice.send(alice.newRequest('INVITE', 'sip:bob@192.0.2.2', { body: large }), {
      destination: to('UDP'),
    });
    const { text } = bob.expect(/^INVITE/);
    expect(vias(text)).toEqual([expect.stringMatching(/^SIP\/2.0\/UDP 192.0.2.1:5060;rport;branch=/)]);
    bob.expect(/^INVITE/, 500);
    bob.expect(/^INVITE/, 1000);
    expect(outcome.failures).toEqual([]);
    expect(outcome.transaction.flow?.transport).toBe('UDP');
    bench.clock.advance(32_000);
    expect(outcome.failures).toEqual(['timeout']);
  });

  test('once TCP has opened, its later loss sends nothing to UDP', () => {
    const alice = bench.element('192.0.2.1');
    const bob = uas(bench);
    bob.answer = undefined;
    const outcome = alice.send(alice.newRequest('MESSAGE', 'sip:bob@192.0.2.2', { body: large }), {
      destination: to('UDP'),
    });
    bench.clock.advance(0);
    const { flow } = outcome.transaction;
    if (flow) cut(flow);
    bench.clock.advance(1000);
    expect(outcome.failures).toEqual(['transport']);
    expect(bob.requests).toHaveLength(1);
    bob.transactions.close();
  });

  test('a request without a transaction falls back likewise', () => {
    const alice = bench.element('192.0.2.1');
    const bob = bench.peer('192.0.2.2', 'UDP', 5060);
    alice.transactions.send(alice.newRequest('ACK', 'sip:bob@192.0.2.2', { body: large }), { destination: to('UDP') });
    bob.expect(/^ACK/);
  });

  test('falls back when TCP does not open in time, but not once the transaction is over', () => {
    const alice = bench.element('192.0.2.1', { transportLimits: { connectTimeout: 2000, tcpRetry: 30_000 } });
    const bob = uas(bench);
    bench.network.host('192.0.2.2').stopListening('TCP', 5060);
    bench.network.conditions = { ...bench.network.conditions, latency: 1500 };
    const outcome = alice.send(alice.newRequest('MESSAGE', 'sip:bob@192.0.2.2', { body: large }), {
      destination: to('UDP'),
    });
    bench.clock.advance(2000 + 3000);
    expect(outcome.statuses).toEqual([200]);
    expect(bob.requests).toHaveLength(1);
    bench.clock.advance(60_000);
    alice.send(alice.newRequest('MESSAGE', 'sip:bob@192.0.2.2', { body: large }), { destination: to('UDP') });
    alice.transactions.close();
    bench.clock.advance(10_000);
    expect(bob.requests).toHaveLength(1);
  });

  test('where TCP was refused the next one goes by UDP at once, for five minutes', () => {
    const alice = bench.element('192.0.2.1');
    const bob = uas(bench, { listen: [['UDP', 5060]] });
    const send = () => {
      alice.send(alice.newRequest('MESSAGE', 'sip:bob@192.0.2.2', { body: large }), { destination: to('UDP') });
      return alice.transport.connections;
    };
    expect(send()).toBe(1);
    bench.clock.advance(1000);
    expect(send()).toBe(0);
    bench.clock.advance(299_000);
    expect(send()).toBe(1);
    bench.clock.advance(1000);
    expect(bob.requests).toHaveLength(3);
  });

  test('over a given UDP flow it stays on that flow (RFC 5626 §5.3)', () => {
    const alice = bench.element('192.0.2.1');
    const bob = uas(bench);
    const flow = alice.transport.connect(to('UDP'));
    const outcome = flow && alice.send(alice.newRequest('MESSAGE', 'sip:bob@192.0.2.2', { body: large }), { flow });
    bench.clock.advance(0);
    expect(bob.requests[0]?.flow.transport).toBe('UDP');
    expect(outcome?.statuses).toEqual([200]);
  });

  test('datagrams up to 65 535 octets are read', () => {
    const bob = uas(bench);
    const alice = bench.peer('192.0.2.1');
    const head = requestText({ body: 'x'.repeat(60_000) }).replace(/\n/g, '\r\n').length - 60_000;
    alice.send(requestText({ body: 'x'.repeat(65_535 - head) }), to('UDP'));
    alice.expect(/^SIP\/2.0 200/);
    expect(bob.requests).toHaveLength(1);
  });
});
