import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createResponse } from '../message/create.ts';
import { latin1Encode } from '../runtime/bytes.ts';
import { Bench, cut } from '../testing/index.ts';
import { requestText, to, uas, vias } from '../testing/transport-scene.ts';

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
// Whatever a test did, in the end nothing is left of it (trap 4.11 #138).
afterEach(() => bench.finish());

describe('a request that goes', () => {
  test('carries our Via on top of those it has, with rport over UDP (§18.1.1, RFC 3581 §3, TPT-002)', () => {
    const alice = bench.element('192.0.2.1');
    const bob = bench.peer('192.0.2.2', 'UDP', 5060);
    const request = alice.newRequest('OPTIONS', 'sip:bob@192.0.2.2', {
      headers: [['v', 'SIP/2.0/TCP up.example.com;branch=z9hG4bK0']],
    });
    const sending = alice.transactions.send(request, { destination: to('UDP') }, 'z9hG4bKmine');
    const { text } = bob.expect(/^OPTIONS/);
    expect(text.match(/^(Via|v): .*$/gm)).toEqual([
      'Via: SIP/2.0/UDP 192.0.2.1:5060;rport;branch=z9hG4bKmine',
      'v: SIP/2.0/TCP up.example.com;branch=z9hG4bK0',
    ]);
    expect(sending?.request.vias).toHaveLength(2);
  });

  test('reuses the connection to its destination, and a flow goes exactly where it goes (trap 4.2 #27)', () => {
    const alice = bench.element('192.0.2.1');
    const bob = uas(bench);
    const first = alice.send(alice.newRequest('OPTIONS', 'sip:bob@192.0.2.2'), { destination: to('TCP') });
    bench.clock.advance(0);
    const second = alice.send(alice.newRequest('OPTIONS', 'sip:bob@192.0.2.2'), { destination: to('TCP') });
    bench.clock.advance(0);
    expect(first.statuses).toEqual([200]);
    expect(second.statuses).toEqual([200]);
    expect(bob.transport.connections).toBe(1);
    // Back down the flow that the peer opened, not to an address.
    const [flow] = bob.opened;
    const back = flow && bob.send(bob.newRequest('INFO', 'sip:alice@x7y.invalid'), { flow });
    bench.clock.advance(0);
    expect(alice.requests.map(({ request }) => request.method)).toEqual(['INFO']);
    expect(bob.transport.connections).toBe(1);
    alice.requests[0]?.respond(createResponse(alice.requests[0].request, 200, { toTag: 'a' }));
    bench.clock.advance(0);
    expect(back?.statuses).toEqual([200]);
  });

  test('to a host in .invalid goes nowhere (RFC 7118 §5.2, trap 4.2 #26)', () => {
    const alice = bench.element('192.0.2.1');
    const outcome = alice.send(alice.newRequest('OPTIONS', 'sip:b@x.INVALID'), {
      destination: { ...to('WS'), host: 'x.INVALID' },
    });
    bench.clock.advance(0);
    expect(outcome.failures).toEqual(['transport']);
    expect(alice.transport.connections).toBe(0);
  });

  test('a connection that does not open in time is given up; when it opens after all, nobody cares (trap 4.2 #33)', () => {
    const alice = bench.element('192.0.2.1', { transportLimits: { connectTimeout: 3000 } });
    uas(bench);
    bench.network.partition('192.0.2.1', '192.0.2.2');
    const outcome = alice.send(alice.newRequest('OPTIONS', 'sip:bob@192.0.2.2'), { destination: to('TCP') });
    bench.clock.advance(2999);
    expect(outcome.failures).toEqual([]);
    bench.clock.advance(1);
    expect(outcome.failures).toEqual(['transport']);
    expect(alice.closed.map(({ cause }) => cause)).toEqual(['connect timeout']);
    bench.network.heal();
    bench.clock.advance(1000);
    expect(alice.opened).toEqual([]);
    expect(alice.transport.connections).toBe(0);
  });
});

describe('framing', () => {
  test('a TCP read may hold half a message or several; each is delivered when complete (§18.3, trap 4.1 #9)', () => {
    bench.network.conditions = { ...bench.network.conditions, fragment: true };
    const bob = uas(bench);
    const alice = bench.peer('192.0.2.1', 'TCP');
    alice.connect(to('TCP'));
    const three = [1, 2, 3].map((n) =>
      requestText({ via: `SIP/2.0/TCP 192.0.2.1:5060;branch=z9hG4bK${n}`, body: `body ${n}` }),
    );
    alice.send(three.join(''));
    bench.clock.advance(10);
    expect(bob.requests.map(({ request }) => String.fromCharCode(...request.body))).toEqual([
      'body 1',
      'body 2',
      'body 3',
    ]);
  });

  test('a flow that is dropped over a message delivers none of those behind it', () => {
    const bob = uas(bench);
    bob.answer = ({ flow }) => bob.transport.drop(flow);
    const alice = bench.peer('192.0.2.1', 'TCP');
    alice.connect(to('TCP'));
    alice.send([1, 2].map((n) => requestText({ via: `SIP/2.0/TCP 192.0.2.1:5060;branch=z9hG4bK${n}` })).join(''));
    bench.clock.advance(10);
    expect(bob.requests).toHaveLength(1);
    bob.transactions.close();
  });

  test('a stream that cannot be cut is answered 400 where possible, and closed (TPT-007)', () => {
    const bob = uas(bench);
    const alice = bench.peer('192.0.2.1', 'TCP');
    const flow = alice.connect(to('TCP'));
    alice.send(requestText({ via: 'SIP/2.0/TCP 192.0.2.1:5060;branch=z9hG4bK1', extra: 'Content-Length: pie\n' }));
    alice.send(requestText({ via: 'SIP/2.0/TCP 192.0.2.1:5060;branch=z9hG4bK2' }));
    alice.expect(/^SIP\/2.0 400/);
    bench.clock.advance(0);
    expect(flow.state).toBe('closed');
    expect(bob.requests).toEqual([]);
    expect(bob.closed.map(({ cause }) => cause)).toEqual(['stream content-length']);
  });

  test('one WebSocket message is one SIP message (RFC 7118 §5, trap 4.1 #8, TPT-011)', () => {
    const bob = uas(bench);
    const alice = bench.peer('192.0.2.1', 'WS', 80);
    alice.connect(to('WS'));
    alice.send(
      requestText({ via: 'SIP/2.0/WS x.invalid;branch=z9hG4bK1', extra: 'Subject: no length\n', body: 'all the rest' }),
    );
    alice.send(requestText({ via: 'SIP/2.0/WS x.invalid;branch=z9hG4bK2' }));
    bench.clock.advance(0);
    expect(bob.requests.map(({ request }) => request.body.length)).toEqual([12, 0]);
    const texts = alice.heard.map(({ text }) => text);
    expect(texts).toHaveLength(2);
  });
});

describe('what is no message', () => {
  test.each(['TCP', 'WS'] as const)(
    'CRLF CRLF over %s is answered with one CRLF at once (RFC 5626 §4.4.1, traps 4.2 #31, 4.1 #8, TPT-009)',
    (transport) => {
      const bob = uas(bench);
      const alice = bench.peer('192.0.2.1', transport, transport === 'WS' ? 80 : 5060);
      alice.connect(to(transport));
      alice.send('\n\n');
      bench.clock.advance(0);
      expect(alice.heard.map(({ text }) => text)).toEqual(['\r\n']);
      alice.send('\n');
      bench.clock.advance(0);
      expect(alice.heard).toHaveLength(1);
      expect(bob.logged.filter(({ event }) => event === 'malformed-message')).toEqual([]);
    },
  );

  test.each([
    ['empty lines', '\r\n\r\n'],
    ['a single zero', '\0'],
    ['nothing', ''],
    ['a STUN request', '\x00\x01\x00\x00\x21\x12\xa4\x42'],
  ])('%s over UDP is dropped in silence', (_what, bytes) => {
    const bob = uas(bench);
    const alice = bench.peer('192.0.2.1');
    alice.sendBytes(latin1Encode(bytes), to('UDP'));
    alice.expectNothing(/^/, 1000);
    expect(bob.logged).toEqual([]);
  });

  test('a malformed request is answered by the layer when its head can be echoed, the same for every copy (trap 4.1 #21)', () => {
    const bob = uas(bench);
    const alice = bench.peer('192.0.2.1');
    const bad = requestText({
      via: 'SIP/2.0/UDP 10.0.0.1:9;rport;branch=z9hG4bK1',
      extra: 'Content-Length: 99\n',
      body: 'short',
    });
    alice.send(bad, to('UDP'));
    alice.send(bad, to('UDP'));
    const first = alice.expect(/^SIP\/2.0 400/).text;
    const second = alice.expect(/^SIP\/2.0 400/).text;
    expect(vias(first)).toEqual(['SIP/2.0/UDP 10.0.0.1:9;rport=5060;branch=z9hG4bK1;received=192.0.2.1']);
    expect(first).toMatch(/^To: <sip:bob@192.0.2.2>;tag=[0-9a-f]{16}\r$/m);
    expect(second).toBe(first);
    expect(bob.requests).toEqual([]);
  });

  test.each([
    ['a malformed ACK', requestText({ method: 'ACK', extra: 'Content-Length: 99\n' })],
    ['a malformed response', requestText({ extra: 'Content-Length: 99\n' }).replace(/^.*\n/, 'SIP/2.0 200 OK\n')],
    ['a request without CSeq', requestText().replace(/^CSeq.*\n/m, '')],
    ['rubbish', 'hello\n\n'],
  ])('%s is never answered (trap 4.1 #21)', (_what, text) => {
    const bob = uas(bench);
    const alice = bench.peer('192.0.2.1');
    alice.send(text, to('UDP'));
    alice.expectNothing(/./, 1000);
    expect(bob.requests).toEqual([]);
    expect(bob.logged).toContainEqual({ level: 'info', event: 'malformed-message' });
  });

  test('a response whose top Via is not ours is dropped (§18.1.2, TPT-003)', () => {
    const alice = bench.element('192.0.2.1');
    const bob = bench.peer('192.0.2.2', 'UDP', 5060);
    const outcome = alice.send(alice.newRequest('OPTIONS', 'sip:bob@192.0.2.2'), { destination: to('UDP') });
    const { text } = bob.expect(/^OPTIONS/);
    const ok = text.replace(/^.*\r\n/, 'SIP/2.0 200 OK\r\n');
    bob.send(ok.replace('192.0.2.1:5060;rport', '192.0.2.7:5060'), to('UDP', '192.0.2.1'));
    bob.send(ok.replace('192.0.2.1:5060;rport', '192.0.2.1:5061'), to('UDP', '192.0.2.1'));
    bench.clock.advance(10);
    expect(outcome.statuses).toEqual([]);
    expect(alice.strays).toEqual([]);
    bob.send(ok, to('UDP', '192.0.2.1'));
    bench.clock.advance(0);
    expect(outcome.statuses).toEqual([200]);
  });
});

describe('flows that are over (trap 4.2 #33)', () => {
  test('a flow given up with drop is heard of no more, by octets, opening or closing', () => {
    const alice = bench.element('192.0.2.1');
    const bob = bench.peer('192.0.2.2', 'TCP', 5060);
    const old = alice.transport.connect(to('TCP'));
    bench.clock.advance(0);
    if (old === undefined) throw new Error('no flow');
    bob.send(requestText());
    alice.transport.drop(old);
    bench.clock.advance(1000);
    alice.transport.received(old, latin1Encode(requestText().replace(/\n/g, '\r\n')));
    alice.transport.closed(old, 'late');
    alice.transport.opened(old);
    expect(alice.requests).toEqual([]);
    expect(alice.closed).toEqual([]);
    expect(alice.opened).toHaveLength(1);
  });

  test('events of a replaced connection do not touch its successor', () => {
    const alice = bench.element('192.0.2.1');
    const bob = uas(bench);
    const old = alice.transport.connect(to('TCP'));
    bench.clock.advance(0);
    if (old === undefined) throw new Error('no flow');
    cut(old);
    const next = alice.transport.connect(to('TCP'));
    expect(next).not.toBe(old);
    alice.transport.closed(old, 'once more');
    bench.clock.advance(0);
    const outcome = alice.send(alice.newRequest('OPTIONS', 'sip:b@192.0.2.2'), { destination: to('TCP') });
    bench.clock.advance(0);
    expect(outcome.statuses).toEqual([200]);
    expect(alice.closed.map(({ flow }) => flow)).toEqual([old]);
    expect(bob.opened).toHaveLength(2);
  });

  test('the loss of a flow is told once', () => {
    const alice = bench.element('192.0.2.1');
    uas(bench);
    const flow = alice.transport.connect(to('TCP'));
    bench.clock.advance(0);
    if (flow === undefined) throw new Error('no flow');
    cut(flow);
    alice.transport.closed(flow, 'again');
    expect(alice.closed).toHaveLength(1);
  });
});
