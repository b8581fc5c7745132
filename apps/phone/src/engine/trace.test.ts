import { createRequest, type Flow, Headers, printMessage } from '@ringback/sip';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ToTab, TraceEntry } from '../bridge/protocol.ts';
import { REGISTRATION, Traces } from './trace.ts';

const flow = {
  id: 'ws-1',
  transport: 'WSS',
  remote: { host: 'pbx.example.com', port: 443 },
} as unknown as Flow;

describe('traces', () => {
  let sent: { tab: string; key: string; entries: readonly TraceEntry[] }[];
  let traces: Traces;
  beforeEach(() => {
    sent = [];
    traces = new Traces((tab, message) => sent.push({ tab, ...(message as Extract<ToTab, { type: 'trace' }>) }), {
      calls: 2,
      messages: 3,
    });
  });
  function wire(method: string, callId: string, at = 1): void {
    const message = createRequest({
      method,
      uri: 'sip:bob@example.com',
      headers: Headers.of(
        ['Via', 'SIP/2.0/WSS a.invalid;branch=z9hG4bK1'],
        ['From', '<sip:alice@example.com>;tag=1'],
        ['To', '<sip:bob@example.com>'],
        ['Call-ID', callId],
        ['CSeq', `1 ${method}`],
        ['Authorization', 'Digest username="alice", response="s3cret"'],
      ),
    });
    traces.wire('a', { direction: 'out', flow, bytes: printMessage(message), message }, at);
  }

  it('show a message as it went over the wire, without what would open a door', () => {
    traces.watch('t1', 'a', 'c1');
    wire('INVITE', 'c1', 7);
    const [entry] = sent[0]!.entries;
    expect(entry).toMatchObject({
      at: 7,
      callId: 'c1',
      source: 'phone',
      direction: 'out',
      startLine: 'INVITE sip:bob@example.com SIP/2.0',
      method: 'INVITE',
      cseq: '1 INVITE',
      peer: { label: 'pbx.example.com', transport: 'WSS', address: 'pbx.example.com:443', key: 'ws-1' },
    });
    expect(entry?.text).toContain('username="alice"');
    expect(entry?.text).not.toContain('s3cret');
  });
  it('go to the tabs that watch, from the beginning and as it happens', () => {
    wire('INVITE', 'c1');
    traces.watch('t1', 'a', 'c1');
    wire('ACK', 'c1');
    wire('BYE', 'other');
    traces.unwatch('t1', 'c1');
    wire('BYE', 'c1');
    expect(sent.map(({ tab, entries }) => [tab, ...entries.map(({ method }) => method)])).toEqual([
      ['t1', 'INVITE'],
      ['t1', 'ACK'],
    ]);
  });
  it('keep the registration of an account apart, whatever its Call-ID', () => {
    wire('REGISTER', 'r1');
    traces.watch('t1', 'a', REGISTRATION);
    traces.watch('t2', 'b', REGISTRATION);
    expect(sent.map(({ tab, key }) => [tab, key])).toEqual([['t1', REGISTRATION]]);
    expect(traces.registrationCallId('a')).toBe('r1');
  });
  it('are bounded, in messages and in calls', () => {
    for (let turn = 0; turn < 5; turn++) wire('OPTIONS', 'c1', turn);
    for (const callId of ['c2', 'c3']) wire('INVITE', callId);
    traces.watch('t1', 'a', 'c1');
    expect(sent).toEqual([]);
    for (let turn = 0; turn < 5; turn++) wire('OPTIONS', 'c3', turn);
    traces.watch('t1', 'a', 'c3');
    expect(sent[0]?.entries).toHaveLength(3);
  });
  it('keep a registration however many calls come after it', () => {
    wire('REGISTER', 'r1');
    for (const callId of ['c1', 'c2', 'c3', 'c4']) wire('INVITE', callId);
    expect(traces.registrationCallId('a')).toBe('r1');
  });
  it('answer a question to the ladder that asked it, not to that of another account', () => {
    const [entry] = [{ seq: 1 } as TraceEntry];
    traces.watch('t1', 'b', REGISTRATION);
    traces.deliver('t1', 'a', REGISTRATION, [entry]);
    expect(sent).toEqual([]);
    traces.deliver('t1', 'b', REGISTRATION, [entry]);
    expect(sent).toHaveLength(1);
  });
  it('carry no keep-alives', () => {
    traces.watch('t1', 'a', 'c1');
    traces.wire('a', { direction: 'out', flow, bytes: new Uint8Array([13, 10, 13, 10]) }, 1);
    expect(sent).toEqual([]);
  });
});
