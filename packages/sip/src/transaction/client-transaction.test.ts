import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { assertIdle, Bench, type ScriptedPeer, type TestElement } from '../testing/index.ts';
import type { Destination, TransportName } from '../transport/flow.ts';

let bench: Bench;
let alice: TestElement;

beforeEach(() => {
  bench = new Bench();
  alice = bench.element('192.0.2.1');
});
// Whatever a test did, in the end nothing is left of it (trap 4.11 #138).
afterEach(() => bench.finish());

const udp: Destination = { transport: 'UDP', host: '192.0.2.2', port: 5060 };
const tcp: Destination = { transport: 'TCP', host: '192.0.2.2', port: 5060 };

function peer(transport: TransportName = 'UDP') {
  return bench.peer('192.0.2.2', transport);
}

/** A response that copies what it must from the text of a request (§8.2.6.2). */
function respond(request: string, status: number, { tag = 'b', extra = '' } = {}): string {
  const copied = request.split('\r\n').filter((line) => /^(Via|From|Call-ID|CSeq):/.test(line));
  const to = /^To: [^\r\n]*/m.exec(request)?.[0] ?? '';
  const tagged = status === 100 || to.includes('tag=') ? to : `${to};tag=${tag}`;
  return `SIP/2.0 ${status} X\n${[...copied, tagged].join('\n')}\n${extra}Content-Length: 0\n\n`;
}

const times = (bob: ScriptedPeer, start: RegExp) =>
  bob.heard.filter(({ text }) => start.test(text)).map(({ at }) => at);
const header = (text: string, name: string) =>
  [...text.matchAll(new RegExp(`^${name}: (.*?)\\r$`, 'gm'))].map((m) => m[1]);

describe('INVITE', () => {
  const invite = (headers: [string, string][] = []) => alice.newRequest('INVITE', 'sip:bob@192.0.2.2', { headers });

  test('is retransmitted at doubling intervals without a cap until timer B ends it (§17.1.1.2, traps 4.3 #37, 4.3 #38, TXN-001)', () => {
    const bob = peer();
    const outcome = alice.send(invite(), { destination: udp });
    bench.clock.advance(31_999);
    expect(times(bob, /^INVITE/)).toEqual([0, 500, 1500, 3500, 7500, 15_500, 31_500]);
    expect(outcome.failures).toEqual([]);
    bench.clock.advance(1);
    expect(outcome.failures).toEqual(['timeout']);
    expect(outcome.ended).toBe(1);
    assertIdle(alice);
  });

  test('every retransmission is the same octets (§17.1.1.2)', () => {
    const bob = peer();
    alice.send(invite(), { destination: udp });
    bench.clock.advance(4000);
    expect(new Set(bob.heard.map(({ text }) => text)).size).toBe(1);
  });

  test('is not retransmitted over TCP, and timer B runs all the same (trap 4.3 #37, TXN-001)', () => {
    const bob = peer('TCP');
    const outcome = alice.send(invite(), { destination: tcp });
    bench.clock.advance(31_999);
    expect(times(bob, /^INVITE/)).toHaveLength(1);
    bench.clock.advance(1);
    expect(outcome.failures).toEqual(['timeout']);
  });

  test('waits for ever in Proceeding: timer B applies only in Calling (trap 4.3 #48, TXN-002)', () => {
    const bob = peer();
    const outcome = alice.send(invite(), { destination: udp });
    const { text } = bob.expect(/^INVITE/);
    bob.send(respond(text, 180));
    bench.clock.advance(600_000);
    expect(outcome.statuses).toEqual([180]);
    expect(times(bob, /^INVITE/)).toHaveLength(1);
    expect(outcome.transaction.state).toBe('proceeding');
    bob.send(respond(text, 200));
    bench.clock.advance(0);
    expect(outcome.statuses).toEqual([180, 200]);
  });

  test('the ACK to a non-2xx has the Request-URI, the one top Via, the tag of the response, the CSeq number and all Routes (§17.1.1.3, trap 4.3 #39, TXN-005)', () => {
    const bob = peer();
    const routes: [string, string][] = [
      ['Route', '<sip:p1.example.com;lr>, <sip:p2.example.com;lr>'],
      ['Route', '<sip:p3.example.com;lr>'],
      ['Via', 'SIP/2.0/UDP upstream.example.com;branch=z9hG4bKup'],
      ['Require', '100rel'],
    ];
    const outcome = alice.send(invite(routes), { destination: udp });
    const { text } = bob.expect(/^INVITE/);
    bob.send(respond(text, 486, { tag: 'busy' }));
    const ack = bob.expect(/^ACK/).text;
    expect(ack.split('\r\n')[0]).toBe('ACK sip:bob@192.0.2.2 SIP/2.0');
    expect(header(ack, 'Via')).toEqual([header(text, 'Via')[0]]);
    expect(header(ack, 'Route')).toEqual(header(text, 'Route'));
    expect(header(ack, 'From')).toEqual(header(text, 'From'));
    expect(header(ack, 'Call-ID')).toEqual(header(text, 'Call-ID'));
    expect(header(ack, 'To')).toEqual(['<sip:bob@192.0.2.2>;tag=busy']);
    expect(header(ack, 'CSeq')).toEqual(['1 ACK']);
    expect(header(ack, 'Max-Forwards')).toEqual(['70']);
    expect(header(ack, 'Require')).toEqual([]);
    expect(outcome.statuses).toEqual([486]);
  });

  test('each copy of a non-2xx is acknowledged again and not passed up, until timer D (trap 4.3 #43, TXN-003)', () => {
    const bob = peer();
    const outcome = alice.send(invite(), { destination: udp });
    const { text } = bob.expect(/^INVITE/);
    for (let i = 0; i < 3; i++) {
      bob.send(respond(text, 404));
      bench.clock.advance(1000);
    }
    expect(times(bob, /^ACK/)).toHaveLength(3);
    expect(outcome.statuses).toEqual([404]);
    bench.clock.advance(29_000);
    expect(outcome.ended).toBe(1);
    bob.send(respond(text, 404));
    bob.expectNothing(/^ACK/, 1000);
    expect(alice.strays).toHaveLength(1);
  });

  test('over TCP the ACK to a non-2xx is sent too, and the transaction is over at once: timer D is 0 (trap 4.3 #37, TXN-003)', () => {
    const bob = peer('TCP');
    const outcome = alice.send(invite(), { destination: tcp });
    bob.send(respond(bob.expect(/^INVITE/).text, 603));
    bob.expect(/^ACK/);
    expect(outcome.statuses).toEqual([603]);
    expect(outcome.ended).toBe(1);
    assertIdle(alice);
  });

  test('every 2xx goes up, of one branch or several, during timer M, and none is acknowledged here (RFC 6026 §7.2, TXN-004)', () => {
    const bob = peer();
    const outcome = alice.send(invite(), { destination: udp });
    const { text } = bob.expect(/^INVITE/);
    for (const tag of ['x', 'x', 'y']) bob.send(respond(text, 200, { tag }));
    bob.send(respond(text, 180, { tag: 'z' }));
    bob.send(respond(text, 486, { tag: 'z' }));
    bob.expectNothing(/^ACK/, 31_999);
    expect(outcome.responses.map((response) => response.toTag)).toEqual(['x', 'x', 'y']);
    expect(outcome.transaction.state).toBe('accepted');
    bench.clock.advance(1);
    expect(outcome.ended).toBe(1);
  });

  test('CANCEL waits for a 1xx (§9.1, trap 4.3 #49, UAC-013)', () => {
    const bob = peer();
    const outcome = alice.send(invite(), { destination: udp });
    const { text } = bob.expect(/^INVITE/);
    outcome.transaction.cancel();
    bob.expectNothing(/^CANCEL/, 3000);
    bob.send(respond(text, 100));
    bob.expect(/^CANCEL/, 0);
  });

  test('CANCEL is dropped when a final response comes first (§9.1, trap 4.3 #49, UAC-013)', () => {
    const bob = peer();
    const outcome = alice.send(invite(), { destination: udp });
    const { text } = bob.expect(/^INVITE/);
    outcome.transaction.cancel();
    bob.send(respond(text, 200));
    bob.expectNothing(/^CANCEL/, 1000);
    outcome.transaction.cancel();
    bob.expectNothing(/^CANCEL/, 1000);
  });

  test('CANCEL is for INVITE alone: anything else is misuse (trap 4.3 #49, UAC-013)', () => {
    peer();
    const outcome = alice.send(alice.newRequest('OPTIONS', 'sip:bob@192.0.2.2'), { destination: udp });
    expect(() => outcome.transaction.cancel()).toThrow('only an INVITE');
  });

  test('CANCEL copies Request-URI, Call-ID, From, To without a tag from a 1xx, CSeq number, top Via and Routes, no Require, and carries Reason (§9.1, trap 4.3 #50, UAC-012)', () => {
    const bob = peer();
    const extra: [string, string][] = [
      ['Route', '<sip:p1.example.com;lr>'],
      ['Route', '<sip:p2.example.com;lr>'],
      ['Require', '100rel'],
      ['Proxy-Require', 'sec-agree'],
    ];
    const outcome = alice.send(invite(extra), { destination: udp });
    const { text } = bob.expect(/^INVITE/);
    bob.send(respond(text, 180, { tag: 'early' }));
    bench.clock.advance(100);
    outcome.transaction.cancel([['Reason', 'SIP;cause=200;text="Call completed elsewhere"']]);
    outcome.transaction.cancel();
    const cancel = bob.expect(/^CANCEL/).text;
    expect(cancel.split('\r\n')[0]).toBe('CANCEL sip:bob@192.0.2.2 SIP/2.0');
    for (const name of ['Via', 'From', 'To', 'Call-ID', 'Route'])
      expect(header(cancel, name)).toEqual(header(text, name));
    expect(header(cancel, 'CSeq')).toEqual(['1 CANCEL']);
    expect(header(cancel, 'Reason')).toEqual(['SIP;cause=200;text="Call completed elsewhere"']);
    expect(cancel).not.toMatch(/^(Proxy-)?Require:/m);
    bob.send(respond(cancel, 200));
    bob.send(respond(text, 487));
    bob.expect(/^ACK/);
    bench.clock.advance(2000);
    expect(times(bob, /^CANCEL/)).toHaveLength(1);
    expect(outcome.statuses).toEqual([180, 487]);
  });

  test('after CANCEL, without a final response in 64*T1, the INVITE transaction ends (§9.1, trap 4.3 #52)', () => {
    const bob = peer();
    const outcome = alice.send(invite(), { destination: udp });
    bob.send(respond(bob.expect(/^INVITE/).text, 180));
    bench.clock.advance(0);
    outcome.transaction.cancel();
    bob.send(respond(bob.expect(/^CANCEL/).text, 200));
    bench.clock.advance(31_999);
    expect(outcome.failures).toEqual([]);
    bench.clock.advance(1);
    expect(outcome.failures).toEqual(['timeout']);
    assertIdle(alice);
  });

  test('a late 1xx after the final response is not passed up', () => {
    const bob = peer();
    const outcome = alice.send(invite(), { destination: udp });
    const { text } = bob.expect(/^INVITE/);
    bob.send(respond(text, 200));
    bob.send(respond(text, 183));
    bench.clock.advance(10);
    expect(outcome.statuses).toEqual([200]);
  });

  test('deadlines missed in sleep are met on waking, not 32 s later (trap 4.11 #133)', () => {
    peer();
    const outcome = alice.send(invite(), { destination: udp });
    bench.clock.sleep(60_000);
    expect(outcome.failures).toEqual(['timeout']);
  });
});

describe('non-INVITE', () => {
  const options = () => alice.newRequest('OPTIONS', 'sip:bob@192.0.2.2');

  test('is retransmitted at intervals doubling to T2 until timer F ends it (§17.1.2.2, traps 4.3 #37, 4.3 #38, TXN-006)', () => {
    const bob = peer();
    const outcome = alice.send(options(), { destination: udp });
    bench.clock.advance(32_000);
    expect(times(bob, /^OPTIONS/)).toEqual([0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
    expect(outcome.failures).toEqual(['timeout']);
    assertIdle(alice);
  });

  test('in Proceeding it is retransmitted every T2 (§17.1.2.2, trap 4.3 #38, TXN-006)', () => {
    const bob = peer();
    const outcome = alice.send(options(), { destination: udp });
    bob.send(respond(bob.expect(/^OPTIONS/).text, 100));
    bench.clock.advance(20_000);
    // Timer E keeps the 500 ms it was started with, then follows T2.
    expect(times(bob, /^OPTIONS/)).toEqual([0, 500, 4500, 8500, 12_500, 16_500]);
    expect(outcome.statuses).toEqual([100]);
    bench.clock.advance(12_000);
    expect(outcome.failures).toEqual(['timeout']);
  });

  test('one final response goes up; its copies are absorbed for T4 over UDP and the transaction is over at once over TCP (trap 4.3 #37, TXN-006)', () => {
    const bob = peer();
    bob.heard.length = 0;
    const outcome = alice.send(options(), { destination: udp });
    const { text } = bob.expect(/^OPTIONS/);
    bob.send(respond(text, 200));
    bob.send(respond(text, 200));
    bench.clock.advance(4999);
    expect(outcome.statuses).toEqual([200]);
    expect(outcome.ended).toBe(0);
    bench.clock.advance(1);
    expect(outcome.ended).toBe(1);

    const tcpPeer = bench.peer('192.0.2.3', 'TCP');
    const second = alice.send(options(), { destination: { ...tcp, host: '192.0.2.3' } });
    tcpPeer.send(respond(tcpPeer.expect(/^OPTIONS/).text, 200));
    bench.clock.advance(0);
    expect(second.ended).toBe(1);
  });

  test('over TCP it is not retransmitted, and timer F runs all the same (trap 4.3 #37)', () => {
    const bob = peer('TCP');
    const outcome = alice.send(options(), { destination: tcp });
    bench.clock.advance(32_000);
    expect(times(bob, /^OPTIONS/)).toHaveLength(1);
    expect(outcome.failures).toEqual(['timeout']);
  });
});

describe('failure', () => {
  test.each(['INVITE', 'OPTIONS'])(
    'without a way to send, %s fails after the call that started it, not within (§17.1.4, TXN-015)',
    (method) => {
      const nowhere = { transport: 'WSS', host: 'x.invalid', port: 443 } as const;
      const outcome = alice.send(alice.newRequest(method, 'sip:bob@192.0.2.2'), { destination: nowhere });
      expect(outcome.failures).toEqual([]);
      bench.clock.advance(0);
      expect(outcome.failures).toEqual(['transport']);
      expect(outcome.ended).toBe(1);
    },
  );

  test('a refused connection fails what waits for it at once (§17.1.4, TXN-015, TPT-008)', () => {
    const outcome = alice.send(alice.newRequest('INVITE', 'sip:bob@192.0.2.2'), { destination: tcp });
    bench.clock.advance(10);
    expect(outcome.failures).toEqual(['transport']);
  });

  test('what a listener throws is logged and breaks nothing', () => {
    const bob = peer();
    const request = alice.newRequest('OPTIONS', 'sip:bob@192.0.2.2');
    const transaction = alice.transactions.request(
      request,
      { destination: udp },
      {
        response() {
          throw new Error('a bug above');
        },
        failed() {},
      },
    );
    bob.send(respond(bob.expect(/^OPTIONS/).text, 200));
    bench.clock.advance(10);
    expect(transaction.state).toBe('completed');
    expect(alice.logged).toContainEqual({ level: 'error', event: 'transaction-listener-threw' });
  });
});
