import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createResponse } from '../message/create.ts';
import { latin1Encode } from '../runtime/bytes.ts';
import {
  assertIdle,
  cut,
  MemoryNetwork,
  ScriptedPeer,
  seededRandom,
  TestElement,
  type TestElementOptions,
  VirtualClock,
} from '../testing/index.ts';
import type { Destination, TransportName } from './flow.ts';

let clock: VirtualClock;
let network: MemoryNetwork;
let elements: TestElement[];

beforeEach(() => {
  clock = new VirtualClock();
  network = new MemoryNetwork({ clock, random: seededRandom(1), latency: 0 });
  elements = [];
});

// Whatever a test did, in the end nothing is left of it (trap 4.11 #138).
afterEach(() => {
  for (const { transport } of elements) transport.close();
  clock.advance(200_000);
  assertIdle(clock, ...elements);
});

function element(address = '192.0.2.2', options?: TestElementOptions) {
  const made = new TestElement(network, address, options);
  elements.push(made);
  return made;
}

/** An element that answers 200 to all but INVITE. */
function uas(options?: TestElementOptions) {
  const made = element('192.0.2.2', {
    listen: [
      ['UDP', 5060],
      ['TCP', 5060],
      ['WS', 80],
    ],
    ...options,
  });
  made.answer = (transaction) => transaction.respond(createResponse(transaction.request, 200, { toTag: 'b' }));
  return made;
}

const to = (transport: TransportName, host = '192.0.2.2', port = transport === 'WS' ? 80 : 5060): Destination => ({
  transport,
  host,
  port,
});

function peer(transport: TransportName = 'UDP', port = 5060, address = '192.0.2.1') {
  return new ScriptedPeer(network.host(address), clock, transport, port);
}

function options({
  via = 'SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1',
  method = 'OPTIONS',
  extra = '',
  body = '',
} = {}) {
  return `${method} sip:bob@192.0.2.2 SIP/2.0
Via: ${via}
Max-Forwards: 70
From: <sip:alice@192.0.2.1>;tag=a
To: <sip:bob@192.0.2.2>
Call-ID: c1
CSeq: 1 ${method}
${extra || `Content-Length: ${body.length}\n`}
${body}`;
}

const vias = (text: string) => [...text.matchAll(/^Via: (.*?)\r$/gm)].map((match) => match[1]);

describe('the Via of a request that comes (§18.2.1, RFC 3581 §4, trap 4.2 #28)', () => {
  test.each([
    ['the source address itself', '192.0.2.1:5060;branch=z9hG4bK1', '192.0.2.1:5060;branch=z9hG4bK1'],
    ['another address', '10.0.0.1:5060;branch=z9hG4bK1', '10.0.0.1:5060;branch=z9hG4bK1;received=192.0.2.1'],
    ['a name', 'pc.example.com;branch=z9hG4bK1', 'pc.example.com;branch=z9hG4bK1;received=192.0.2.1'],
    ['an empty rport', '192.0.2.1;rport;branch=z9hG4bK1', '192.0.2.1;rport=5060;branch=z9hG4bK1;received=192.0.2.1'],
    [
      'a received that is a lie',
      '192.0.2.1:5060;received=8.8.8.8;branch=z9hG4bK1',
      '192.0.2.1:5060;received=192.0.2.1;branch=z9hG4bK1',
    ],
    [
      'unknown parameters',
      '10.0.0.1;Foo="A;b";branch=z9hG4bK1;ALIAS',
      '10.0.0.1;Foo="A;b";branch=z9hG4bK1;ALIAS;received=192.0.2.1',
    ],
  ])('%s', (_what, sentBy, expected) => {
    const bob = uas();
    const alice = peer();
    alice.send(options({ via: `SIP/2.0/UDP ${sentBy}` }), to('UDP'));
    clock.advance(0);
    expect(bob.requests[0]?.request.headers.all('via')).toEqual([`SIP/2.0/UDP ${expected}`]);
  });

  test('only the first of several is written to, and the others keep their octets', () => {
    const bob = uas();
    peer().send(
      options({ via: 'SIP/2.0/UDP a.example.com;branch=z9hG4bK1 ,  SIP/2.0/TCP  b.example.com ;branch=z9hG4bK0' }),
      to('UDP'),
    );
    clock.advance(0);
    expect(bob.requests[0]?.request.headers.all('via')).toEqual([
      'SIP/2.0/UDP a.example.com;branch=z9hG4bK1;received=192.0.2.1, SIP/2.0/TCP  b.example.com ;branch=z9hG4bK0',
    ]);
  });

  test('an IPv6 source is compared in any spelling and written without brackets (RFC 5118 §4.5)', () => {
    const bob = element('2001:db8::2');
    const alice = peer('UDP', 5060, '2001:db8::1');
    const destination = to('UDP', '2001:db8::2');
    alice.send(options({ via: 'SIP/2.0/UDP [2001:DB8:0::1]:5060;branch=z9hG4bK1' }), destination);
    alice.send(options({ via: 'SIP/2.0/UDP [2001:db8::9]:5060;branch=z9hG4bK2' }), destination);
    clock.advance(0);
    const [same, other] = bob.requests.map(({ request }) => request.via);
    expect(same?.received).toBeUndefined();
    expect(other?.received).toBe('2001:db8::1');
    expect(other?.params.toString()).toContain(';received=2001:db8::1');
    for (const transaction of bob.requests)
      transaction.respond(createResponse(transaction.request, 200, { toTag: 'b' }));
  });
});

describe('where a response goes (§18.2.2, RFC 3581 §4, trap 4.2 #29)', () => {
  test('over UDP with rport: to the source, from the socket the request came on (trap 4.2 #28)', () => {
    uas({
      listen: [
        ['UDP', 5060],
        ['UDP', 5070],
      ],
    });
    const alice = peer('UDP', 33_333);
    alice.send(options({ via: 'SIP/2.0/UDP 10.0.0.1:5060;rport;branch=z9hG4bK1' }), to('UDP', '192.0.2.2', 5070));
    const { flow, text } = alice.expect(/^SIP\/2.0 200/);
    expect(flow.remote.port).toBe(5070);
    expect(vias(text)).toEqual(['SIP/2.0/UDP 10.0.0.1:5060;rport=33333;branch=z9hG4bK1;received=192.0.2.1']);
  });

  test.each([
    ['the port of its sent-by', '10.0.0.1:5064', 5064],
    ['5060 when the sent-by names none', '10.0.0.1', 5060],
  ])('over UDP without rport: to the source address and %s, from the same socket', (_what, sentBy, port) => {
    uas({
      listen: [
        ['UDP', 5060],
        ['UDP', 5070],
      ],
    });
    const host = network.host('192.0.2.1');
    host.listen('UDP', 33_333);
    const alice = new ScriptedPeer(host, clock, 'UDP', port);
    alice.send(options({ via: `SIP/2.0/UDP ${sentBy};branch=z9hG4bK1` }), to('UDP', '192.0.2.2', 5070));
    const { flow } = alice.expect(/^SIP\/2.0 200/);
    expect(flow.local.port).toBe(port);
    expect(flow.remote.port).toBe(5070);
  });

  test('over UDP with maddr: there, whatever the source', () => {
    uas();
    const group = new ScriptedPeer(network.host('239.1.2.3'), clock, 'UDP', 5062);
    peer().send(options({ via: 'SIP/2.0/UDP 192.0.2.1:5062;maddr=239.1.2.3;branch=z9hG4bK1' }), to('UDP'));
    group.expect(/^SIP\/2.0 200/);
  });

  test('over a connection: the same one, whatever the Via says', () => {
    uas();
    const alice = peer('TCP');
    alice.connect(to('TCP'));
    alice.send(options({ via: 'SIP/2.0/TCP 10.0.0.1:9;branch=z9hG4bK1' }));
    alice.expect(/^SIP\/2.0 200/);
  });

  test('over a connection that is gone: a new one to the source address and the port of the sent-by', () => {
    const bob = uas();
    bob.answer = undefined;
    const alice = peer('TCP', 5066);
    alice.connect(to('TCP'));
    alice.send(options({ via: 'SIP/2.0/TCP pc.example.com:5066;branch=z9hG4bK1' }));
    clock.advance(0);
    alice.flow?.close();
    clock.advance(0);
    const [transaction] = bob.requests;
    if (transaction) transaction.respond(createResponse(transaction.request, 200, { toTag: 'b' }));
    const { flow } = alice.expect(/^SIP\/2.0 200/);
    expect(flow.local.port).toBe(5066);
  });

  test('to a WebSocket client whose flow is gone: nowhere; .invalid is never looked up (RFC 7118 §5, trap 4.2 #26)', () => {
    const bob = uas();
    bob.answer = undefined;
    const alice = peer('WS', 80);
    alice.connect(to('WS'));
    alice.send(options({ via: 'SIP/2.0/WS x7y.invalid;branch=z9hG4bK1' }));
    clock.advance(0);
    const [transaction] = bob.requests;
    expect(transaction?.request.via.received).toBe('192.0.2.1');
    alice.flow?.close();
    clock.advance(0);
    const hosts: string[] = [];
    network.tap = (packet) => hosts.push(packet.to.host);
    if (transaction) transaction.respond(createResponse(transaction.request, 200, { toTag: 'b' }));
    clock.advance(1000);
    expect(hosts).toEqual([]);
    expect(bob.logged).toContainEqual({ level: 'info', event: 'response-unroutable' });
  });
});

describe('a request that goes', () => {
  test('carries our Via on top of those it has, with rport over UDP (§18.1.1, RFC 3581 §3)', () => {
    const alice = element('192.0.2.1');
    const bob = peer('UDP', 5060, '192.0.2.2');
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
    const alice = element('192.0.2.1');
    const bob = uas();
    const first = alice.send(alice.newRequest('OPTIONS', 'sip:bob@192.0.2.2'), { destination: to('TCP') });
    clock.advance(0);
    const second = alice.send(alice.newRequest('OPTIONS', 'sip:bob@192.0.2.2'), { destination: to('TCP') });
    clock.advance(0);
    expect(first.statuses).toEqual([200]);
    expect(second.statuses).toEqual([200]);
    expect(bob.transport.connections).toBe(1);
    // Back down the flow that the peer opened, not to an address.
    const [flow] = bob.opened;
    const back = flow && bob.send(bob.newRequest('INFO', 'sip:alice@x7y.invalid'), { flow });
    clock.advance(0);
    expect(alice.requests.map(({ request }) => request.method)).toEqual(['INFO']);
    expect(bob.transport.connections).toBe(1);
    alice.requests[0]?.respond(createResponse(alice.requests[0].request, 200, { toTag: 'a' }));
    clock.advance(0);
    expect(back?.statuses).toEqual([200]);
  });

  test('to a host in .invalid goes nowhere (RFC 7118 §5.2, trap 4.2 #26)', () => {
    const alice = element('192.0.2.1');
    const outcome = alice.send(alice.newRequest('OPTIONS', 'sip:b@x.INVALID'), {
      destination: { ...to('WS'), host: 'x.INVALID' },
    });
    clock.advance(0);
    expect(outcome.failures).toEqual(['transport']);
    expect(alice.transport.connections).toBe(0);
  });

  test('a connection that does not open in time is given up; when it opens after all, nobody cares (trap 4.2 #33)', () => {
    const alice = element('192.0.2.1', { transportLimits: { connectTimeout: 3000 } });
    uas();
    network.partition('192.0.2.1', '192.0.2.2');
    const outcome = alice.send(alice.newRequest('OPTIONS', 'sip:bob@192.0.2.2'), { destination: to('TCP') });
    clock.advance(2999);
    expect(outcome.failures).toEqual([]);
    clock.advance(1);
    expect(outcome.failures).toEqual(['transport']);
    expect(alice.closed.map(({ cause }) => cause)).toEqual(['connect timeout']);
    network.heal();
    clock.advance(1000);
    expect(alice.opened).toEqual([]);
    expect(alice.transport.connections).toBe(0);
  });
});

describe('a request over 1300 octets (§18.1.1, trap 4.2 #30)', () => {
  const large = 'x'.repeat(1300);

  test('goes by TCP, and its Via says so', () => {
    const alice = element('192.0.2.1');
    const bob = uas();
    const outcome = alice.send(alice.newRequest('MESSAGE', 'sip:bob@192.0.2.2', { body: large }), {
      destination: to('UDP'),
    });
    clock.advance(0);
    expect(outcome.statuses).toEqual([200]);
    expect(bob.requests[0]?.flow.transport).toBe('TCP');
    expect(bob.requests[0]?.request.headers.get('via')).toMatch(/^SIP\/2.0\/TCP 192.0.2.1:5060;branch=/);
    expect(outcome.ended).toBe(1);
  });

  test('exactly at the limit it stays on UDP; the limit is an option', () => {
    const alice = element('192.0.2.1', { transportLimits: { udpRequest: 600 } });
    const bob = uas();
    const empty = alice.newRequest('MESSAGE', 'sip:bob@192.0.2.2', { callId: 'c', body: 'x'.repeat(100) });
    const overhead = alice.transactions.send(empty, { destination: to('UDP') })?.bytes.length ?? 0;
    for (const size of [600, 601]) {
      alice.send(
        alice.newRequest('MESSAGE', 'sip:bob@192.0.2.2', { callId: 'c', body: 'x'.repeat(size - overhead + 100) }),
        { destination: to('UDP') },
      );
    }
    clock.advance(0);
    expect(bob.requests.slice(1).map(({ flow }) => flow.transport)).toEqual(['UDP', 'TCP']);
  });

  test('goes by UDP after all when TCP is refused, its Via changed back, and is then retransmitted', () => {
    const alice = element('192.0.2.1');
    const bob = peer('UDP', 5060, '192.0.2.2');
    const outcome = alice.send(alice.newRequest('INVITE', 'sip:bob@192.0.2.2', { body: large }), {
      destination: to('UDP'),
    });
    const { text } = bob.expect(/^INVITE/);
    expect(vias(text)).toEqual([expect.stringMatching(/^SIP\/2.0\/UDP 192.0.2.1:5060;rport;branch=/)]);
    bob.expect(/^INVITE/, 500);
    bob.expect(/^INVITE/, 1000);
    expect(outcome.failures).toEqual([]);
    expect(outcome.transaction.flow?.transport).toBe('UDP');
    clock.advance(32_000);
    expect(outcome.failures).toEqual(['timeout']);
  });

  test('a request without a transaction falls back likewise', () => {
    const alice = element('192.0.2.1');
    const bob = peer('UDP', 5060, '192.0.2.2');
    alice.transactions.send(alice.newRequest('ACK', 'sip:bob@192.0.2.2', { body: large }), { destination: to('UDP') });
    bob.expect(/^ACK/);
  });

  test('falls back when TCP does not open in time, but not once the transaction is over', () => {
    const alice = element('192.0.2.1', { transportLimits: { connectTimeout: 2000 } });
    const bob = uas();
    network.host('192.0.2.2').stopListening('TCP', 5060);
    network.conditions = { ...network.conditions, latency: 1500 };
    const outcome = alice.send(alice.newRequest('MESSAGE', 'sip:bob@192.0.2.2', { body: large }), {
      destination: to('UDP'),
    });
    clock.advance(2000 + 3000);
    expect(outcome.statuses).toEqual([200]);
    expect(bob.requests).toHaveLength(1);
    clock.advance(60_000);
    alice.send(alice.newRequest('MESSAGE', 'sip:bob@192.0.2.2', { body: large }), { destination: to('UDP') });
    alice.transactions.close();
    clock.advance(10_000);
    expect(bob.requests).toHaveLength(1);
  });

  test('over a given UDP flow it stays on that flow (RFC 5626 §5.3)', () => {
    const alice = element('192.0.2.1');
    const bob = uas();
    const flow = alice.transport.connect(to('UDP'));
    const outcome = flow && alice.send(alice.newRequest('MESSAGE', 'sip:bob@192.0.2.2', { body: large }), { flow });
    clock.advance(0);
    expect(bob.requests[0]?.flow.transport).toBe('UDP');
    expect(outcome?.statuses).toEqual([200]);
  });

  test('datagrams up to 65 535 octets are read', () => {
    const bob = uas();
    const alice = peer();
    const head = options({ body: 'x'.repeat(60_000) }).replace(/\n/g, '\r\n').length - 60_000;
    alice.send(options({ body: 'x'.repeat(65_535 - head) }), to('UDP'));
    alice.expect(/^SIP\/2.0 200/);
    expect(bob.requests).toHaveLength(1);
  });
});

describe('framing', () => {
  test('a TCP read may hold half a message or several; each is delivered when complete (§18.3, trap 4.1 #9)', () => {
    network.conditions = { ...network.conditions, fragment: true };
    const bob = uas();
    const alice = peer('TCP');
    alice.connect(to('TCP'));
    const three = [1, 2, 3].map((n) =>
      options({ via: `SIP/2.0/TCP 192.0.2.1:5060;branch=z9hG4bK${n}`, body: `body ${n}` }),
    );
    alice.send(three.join(''));
    clock.advance(10);
    expect(bob.requests.map(({ request }) => String.fromCharCode(...request.body))).toEqual([
      'body 1',
      'body 2',
      'body 3',
    ]);
  });

  test('a stream that cannot be cut is answered 400 where possible, and closed', () => {
    const bob = uas();
    const alice = peer('TCP');
    const flow = alice.connect(to('TCP'));
    alice.send(options({ via: 'SIP/2.0/TCP 192.0.2.1:5060;branch=z9hG4bK1', extra: 'Content-Length: pie\n' }));
    alice.send(options({ via: 'SIP/2.0/TCP 192.0.2.1:5060;branch=z9hG4bK2' }));
    alice.expect(/^SIP\/2.0 400/);
    clock.advance(0);
    expect(flow.state).toBe('closed');
    expect(bob.requests).toEqual([]);
    expect(bob.closed.map(({ cause }) => cause)).toEqual(['stream content-length']);
  });

  test('one WebSocket message is one SIP message (RFC 7118 §5, trap 4.1 #8)', () => {
    const bob = uas();
    const alice = peer('WS', 80);
    alice.connect(to('WS'));
    alice.send(
      options({ via: 'SIP/2.0/WS x.invalid;branch=z9hG4bK1', extra: 'Subject: no length\n', body: 'all the rest' }),
    );
    alice.send(options({ via: 'SIP/2.0/WS x.invalid;branch=z9hG4bK2' }));
    clock.advance(0);
    expect(bob.requests.map(({ request }) => request.body.length)).toEqual([12, 0]);
    const texts = alice.heard.map(({ text }) => text);
    expect(texts).toHaveLength(2);
  });
});

describe('what is no message', () => {
  test.each(['TCP', 'WS'] as const)(
    'CRLF CRLF over %s is answered with one CRLF at once (RFC 5626 §4.4.1, traps 4.2 #31, 4.1 #8)',
    (transport) => {
      const bob = uas();
      const alice = peer(transport, transport === 'WS' ? 80 : 5060);
      alice.connect(to(transport));
      alice.send('\n\n');
      clock.advance(0);
      expect(alice.heard.map(({ text }) => text)).toEqual(['\r\n']);
      alice.send('\n');
      clock.advance(0);
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
    const bob = uas();
    const alice = peer();
    alice.sendBytes(latin1Encode(bytes), to('UDP'));
    alice.expectNothing(/^/, 1000);
    expect(bob.logged).toEqual([]);
  });

  test('a malformed request is answered by the layer when its head can be echoed, the same for every copy (trap 4.1 #21)', () => {
    const bob = uas();
    const alice = peer();
    const bad = options({
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
    ['a malformed ACK', options({ method: 'ACK', extra: 'Content-Length: 99\n' })],
    ['a malformed response', options({ extra: 'Content-Length: 99\n' }).replace(/^.*\n/, 'SIP/2.0 200 OK\n')],
    ['a request without Call-ID', options().replace(/^Call-ID.*\n/m, '')],
    ['rubbish', 'hello\n\n'],
  ])('%s is never answered (trap 4.1 #21)', (_what, text) => {
    const bob = uas();
    const alice = peer();
    alice.send(text, to('UDP'));
    alice.expectNothing(/./, 1000);
    expect(bob.requests).toEqual([]);
    expect(bob.logged).toContainEqual({ level: 'info', event: 'malformed-message' });
  });

  test('a response whose top Via is not ours is dropped (§18.1.2)', () => {
    const alice = element('192.0.2.1');
    const bob = peer('UDP', 5060, '192.0.2.2');
    const outcome = alice.send(alice.newRequest('OPTIONS', 'sip:bob@192.0.2.2'), { destination: to('UDP') });
    const { text } = bob.expect(/^OPTIONS/);
    const ok = text.replace(/^.*\r\n/, 'SIP/2.0 200 OK\r\n');
    bob.send(ok.replace('192.0.2.1:5060;rport', '192.0.2.7:5060'), to('UDP', '192.0.2.1'));
    bob.send(ok.replace('192.0.2.1:5060;rport', '192.0.2.1:5061'), to('UDP', '192.0.2.1'));
    clock.advance(10);
    expect(outcome.statuses).toEqual([]);
    expect(alice.strays).toEqual([]);
    bob.send(ok, to('UDP', '192.0.2.1'));
    clock.advance(0);
    expect(outcome.statuses).toEqual([200]);
  });
});

describe('keep-alive (RFC 5626 §4.4.1, trap 4.2 #31)', () => {
  const keepAlive = { interval: 25_000 };

  test('pings each interval on a connection we opened, and a pong keeps the flow', () => {
    const alice = element('192.0.2.1', { keepAlive });
    const bob = peer('TCP', 5060, '192.0.2.2');
    alice.transport.connect(to('TCP'));
    for (let i = 0; i < 3; i++) {
      bob.expect(/^\r\n\r\n$/, 25_000);
      bob.send('\n');
    }
    clock.advance(20_000);
    expect(alice.closed).toEqual([]);
    expect(bob.heard.map(({ at }) => at)).toEqual([25_000, 50_000, 75_000]);
  });

  test('without a pong in 10 s the flow has failed, and its transactions with it', () => {
    const alice = element('192.0.2.1', { keepAlive });
    const bob = peer('WS', 80, '192.0.2.2');
    const flow = alice.transport.connect(to('WS'));
    clock.advance(24_000);
    const outcome = alice.send(alice.newRequest('OPTIONS', 'sip:b@192.0.2.2'), { destination: to('WS') });
    bob.expect(/^\r\n\r\n$/, 1000);
    clock.advance(9999);
    expect(alice.closed).toEqual([]);
    clock.advance(1);
    expect(alice.closed).toMatchObject([{ flow, cause: 'no pong' }]);
    expect(outcome.failures).toEqual(['transport']);
    expect(flow?.state).toBe('closed');
  });

  test('the rhythm can change, a probe asks at once, and a second ping does not move the deadline of the first', () => {
    const alice = element('192.0.2.1', { keepAlive });
    const bob = peer('WS', 80, '192.0.2.2');
    const flow = alice.transport.connect(to('WS'));
    clock.advance(0);
    if (flow === undefined) throw new Error('no flow');
    alice.transport.probe(flow);
    bob.expect(/^\r\n\r\n$/, 0);
    bob.send('\n');
    clock.advance(0);
    alice.transport.keepAlive(flow, { interval: 4000, pongTimeout: 5000 });
    clock.advance(8999);
    expect(bob.heard.map(({ at }) => at)).toEqual([0, 4000, 8000]);
    expect(alice.closed).toEqual([]);
    clock.advance(1);
    expect(alice.closed).toHaveLength(1);
  });

  test('"once seen" expects no pong of a server that never sent one, and does of one that has', () => {
    const alice = element('192.0.2.1', { keepAlive: { interval: 20_000, expectPong: 'once seen' } });
    const bob = peer('WS', 80, '192.0.2.2');
    alice.transport.connect(to('WS'));
    clock.advance(100_000);
    expect(alice.closed).toEqual([]);
    bob.send('\n');
    clock.advance(30_000);
    expect(alice.closed).toHaveLength(1);
  });

  test('the interval varies by up to a fifth with dice', () => {
    const alice = element('192.0.2.1', {
      keepAlive: { interval: 10_000, random: seededRandom(7), expectPong: 'once seen' },
    });
    const bob = peer('WS', 80, '192.0.2.2');
    alice.transport.connect(to('WS'));
    clock.advance(100_000);
    const times = bob.heard.map(({ at }) => at);
    const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0));
    expect(new Set(gaps).size).toBeGreaterThan(5);
    expect(Math.min(...gaps)).toBeGreaterThan(8000);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(10_000);
  });

  test('a server sends no pings', () => {
    uas({ keepAlive });
    const alice = peer('TCP');
    alice.connect(to('TCP'));
    alice.expectNothing(/./, 100_000);
  });
});

describe('flows that are over (trap 4.2 #33)', () => {
  test('a flow given up with drop is heard of no more, by octets, opening or closing', () => {
    const alice = element('192.0.2.1');
    const bob = peer('TCP', 5060, '192.0.2.2');
    const old = alice.transport.connect(to('TCP'));
    clock.advance(0);
    if (old === undefined) throw new Error('no flow');
    bob.send(options());
    alice.transport.drop(old);
    clock.advance(1000);
    alice.transport.received(old, latin1Encode(options().replace(/\n/g, '\r\n')));
    alice.transport.closed(old, 'late');
    alice.transport.opened(old);
    expect(alice.requests).toEqual([]);
    expect(alice.closed).toEqual([]);
    expect(alice.opened).toHaveLength(1);
  });

  test('events of a replaced connection do not touch its successor', () => {
    const alice = element('192.0.2.1');
    const bob = uas();
    const old = alice.transport.connect(to('TCP'));
    clock.advance(0);
    if (old === undefined) throw new Error('no flow');
    cut(old);
    const next = alice.transport.connect(to('TCP'));
    expect(next).not.toBe(old);
    alice.transport.closed(old, 'once more');
    clock.advance(0);
    const outcome = alice.send(alice.newRequest('OPTIONS', 'sip:b@192.0.2.2'), { destination: to('TCP') });
    clock.advance(0);
    expect(outcome.statuses).toEqual([200]);
    expect(alice.closed.map(({ flow }) => flow)).toEqual([old]);
    expect(bob.opened).toHaveLength(2);
  });

  test('the loss of a flow is told once', () => {
    const alice = element('192.0.2.1');
    uas();
    const flow = alice.transport.connect(to('TCP'));
    clock.advance(0);
    if (flow === undefined) throw new Error('no flow');
    cut(flow);
    alice.transport.closed(flow, 'again');
    expect(alice.closed).toHaveLength(1);
  });
});
