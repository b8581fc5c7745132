import type { Flow, SipMessage, TraceEntry, TransportName } from '@ringback/sip';
import { parseMessage } from '@ringback/sip';
import type { TraceEvent } from '@ringback/sip-server';
import { describe, expect, it } from 'vitest';
import { TraceStore } from './trace-store.ts';

const ALICE = 'sip:alice@ringback.local';
const BOB = 'sip:bob@ringback.local';

describe('the trace', () => {
  it('shows a call to both parties, from both legs, and to nobody else', () => {
    const trace = new TraceStore();
    trace.record(event(invite('c1'), flow('f1'), { role: 'caller', aor: ALICE }));
    trace.record(event(invite('c1'), flow('f2'), { role: 'callee', aor: BOB, direction: 'out' }));
    expect(trace.entries(ALICE, 'c1').map(({ peer }) => peer.key)).toEqual(['f1', 'f2']);
    expect(trace.entries(BOB, 'c1')).toEqual(trace.entries(ALICE, 'c1'));
    expect(trace.entries('sip:mallory@ringback.local', 'c1')).toEqual([]);
  });

  it('shows a REGISTER and its 401 to the account once it has registered on that connection', () => {
    const trace = new TraceStore();
    const f1 = flow('f1');
    trace.record(event(invite('r1'), f1, { role: 'client' }));
    expect(trace.entries(ALICE, 'r1')).toEqual([]);
    trace.registered(ALICE, f1);
    expect(trace.entries(ALICE, 'r1')).toHaveLength(1);
    trace.record(event(invite('r2'), f1, { role: 'client' }));
    expect(trace.entries(ALICE, 'r2')).toHaveLength(1);
  });

  it('tells what a message was, without credentials', () => {
    const trace = new TraceStore();
    trace.record(
      event(invite('c1', 'Proxy-Authorization: Digest response="0123"\r\n'), flow('f1', 'WS'), {
        role: 'caller',
        aor: ALICE,
      }),
    );
    const [entry] = trace.entries(ALICE, 'c1');
    expect(entry).toMatchObject({
      seq: 1,
      callId: 'c1',
      direction: 'in',
      peer: { role: 'caller', label: ALICE, transport: 'WS', address: '192.0.2.1:4000', key: 'f1' },
      startLine: `INVITE ${BOB} SIP/2.0`,
      method: 'INVITE',
      cseq: '7 INVITE',
    });
    expect(entry?.text).not.toContain('0123');
  });

  it('remembers so many calls per account; what others do does not push them out', () => {
    const trace = new TraceStore({ limits: { callsPerAccount: 2, unclaimed: 3, entriesPerCall: 2 } });
    const record = (callId: string, aor?: string): void =>
      trace.record(event(invite(callId), flow('f1'), { role: 'caller', ...(aor === undefined ? {} : { aor }) }));
    record('b1', BOB);
    for (const callId of ['a1', 'a2', 'a3', 'a3', 'a3']) record(callId, ALICE);
    for (let n = 0; n < 10; n += 1) record(`scan${n}`);
    const seen = (aor: string, callId: string): number => trace.entries(aor, callId).length;
    expect([seen(ALICE, 'a1'), seen(ALICE, 'a2'), seen(ALICE, 'a3'), seen(BOB, 'b1')]).toEqual([0, 1, 2, 1]);
  });

  it('hands each entry over with those who may see it', () => {
    const told: [TraceEntry, readonly string[]][] = [];
    const trace = new TraceStore({ added: (entry, parties) => told.push([entry, [...parties]]) });
    trace.record(event(invite('c1'), flow('f1'), { role: 'caller', aor: ALICE }));
    trace.record(event(invite('c1'), flow('f2'), { role: 'callee', aor: BOB }));
    expect(told.map(([entry, parties]) => [entry.peer.key, parties])).toEqual([
      ['f1', [ALICE]],
      ['f2', [ALICE, BOB]],
    ]);
  });
});

function invite(callId: string, extra = ''): string {
  return (
    `INVITE ${BOB} SIP/2.0\r\nVia: SIP/2.0/WS x.invalid;branch=z9hG4bK1\r\nFrom: <${ALICE}>;tag=1\r\nTo: <${BOB}>\r\n` +
    `Call-ID: ${callId}\r\nCSeq: 7 INVITE\r\nMax-Forwards: 70\r\n${extra}Content-Length: 0\r\n\r\n`
  );
}

function event(
  text: string,
  over: Flow,
  parts: Pick<TraceEvent, 'role'> & Partial<Pick<TraceEvent, 'aor' | 'direction'>>,
): TraceEvent {
  const bytes = Buffer.from(text);
  return { at: 0, direction: 'in', flow: over, message: parsed(bytes), bytes, ...parts };
}

function parsed(bytes: Uint8Array): SipMessage {
  const result = parseMessage(bytes);
  if (!result.ok) throw new Error(result.error.detail);
  return result.value;
}

function flow(id: string, transport: TransportName = 'UDP'): Flow {
  return {
    id,
    transport,
    reliable: transport !== 'UDP',
    local: { host: '192.0.2.9', port: 5060 },
    remote: { host: '192.0.2.1', port: 4000 },
    state: 'open',
    send: () => {},
    close: () => {},
  };
}
