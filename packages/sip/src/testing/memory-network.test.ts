import { expect, test } from 'vitest';
import type { Flow } from '../transport/flow.ts';
import { assertIdle, cut, MemoryNetwork, ScriptedPeer, seededRandom, VirtualClock } from './index.ts';

function setUp(conditions: ConstructorParameters<typeof MemoryNetwork>[0] extends infer O ? Partial<O> : never = {}) {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(3), ...conditions });
  const a = new ScriptedPeer(network.host('192.0.2.1'), clock, 'UDP', 5060);
  const b = new ScriptedPeer(network.host('192.0.2.2'), clock, 'UDP', 5060);
  network.host('192.0.2.2').listen('TCP', 5060);
  return { clock, network, a, b };
}

const udp = { transport: 'UDP', host: '192.0.2.2', port: 5060 } as const;
const tcp = { transport: 'TCP', host: '192.0.2.2', port: 5060 } as const;
const texts = (peer: ScriptedPeer) => peer.heard.map(({ text }) => text);

test('a datagram arrives after the latency; one to a shut port or an unknown host is lost', () => {
  const { clock, a, b } = setUp({ latency: 30 });
  a.send('x', udp);
  a.send('y', { ...udp, port: 9 });
  a.send('z', { ...udp, host: '192.0.2.77' });
  clock.advance(29);
  expect(b.heard).toEqual([]);
  clock.advance(1);
  expect(texts(b)).toEqual(['x']);
  assertIdle(clock);
});

test('loss, duplication and reordering happen, and for the same seed in the same way', () => {
  const story = () => {
    const { clock, a, b } = setUp({ loss: 0.2, duplicate: 0.2, reorder: 0.2 });
    for (let i = 0; i < 200; i++) {
      a.send(String(i), udp);
      clock.advance(1);
    }
    clock.advance(1000);
    return texts(b);
  };
  const first = story();
  expect(story()).toEqual(first);
  const numbers = first.map(Number);
  expect(new Set(numbers).size).toBeLessThan(200);
  expect(new Set(numbers).size).toBeLessThan(numbers.length);
  expect([...numbers].sort((x, y) => x - y)).not.toEqual(numbers);
});

test('a connection opens after a round trip, keeps order under jitter, and its end is told to the other side', () => {
  const { clock, a, b } = setUp({ latency: 10, jitter: 500 });
  const flow = a.connect(tcp);
  for (let i = 0; i < 50; i++) a.send(`${i} `);
  clock.advance(1000);
  expect(texts(b).join('')).toBe(Array.from({ length: 50 }, (_, i) => `${i} `).join(''));
  const far = b.flow;
  flow.close();
  clock.advance(1000);
  expect(far?.state).toBe('closed');
  expect(b.flow).toBeUndefined();
  assertIdle(clock);
});

test('fragmenting changes the pieces and not the octets', () => {
  const { clock, a, b } = setUp({ fragment: true });
  a.connect(tcp);
  const long = 'abcdefghij'.repeat(200);
  a.send(long);
  clock.advance(100);
  expect(b.heard.length).toBeGreaterThan(5);
  expect(texts(b).join('')).toBe(long);
});

test.each([
  ['a shut port', { ...tcp, port: 9 }, 'refused'],
  ['an unknown host', { ...tcp, host: '192.0.2.77' }, 'unreachable'],
])('a connection to %s fails', (_what, destination, expected) => {
  const { clock, network } = setUp();
  const causes: string[] = [];
  const host = network.host('192.0.2.9');
  host.attach({ opened() {}, received() {}, closed: (_flow, cause) => causes.push(cause) });
  const flow = host.connect(destination);
  expect(flow?.state).toBe('connecting');
  clock.advance(100);
  expect(causes).toEqual([expected]);
  expect(flow?.state).toBe('closed');
});

test('a partition loses datagrams and stalls connections until it heals', () => {
  const { clock, network, a, b } = setUp();
  a.connect(tcp);
  network.partition('192.0.2.1', '192.0.2.2');
  a.send('stalled');
  a.send('lost', udp);
  clock.advance(1000);
  expect(b.heard).toEqual([]);
  network.heal();
  clock.advance(1000);
  expect(texts(b)).toEqual(['stalled']);
});

test('a cut is told to both ends, a crash to the other', () => {
  const { clock, network, a, b } = setUp();
  const first = a.connect(tcp);
  const far = b.flow;
  cut(first);
  expect([first.state, far?.state]).toEqual(['closed', 'closed']);
  const second: Flow = a.connect(tcp);
  network.host('192.0.2.2').crash();
  clock.advance(100);
  expect(second.state).toBe('closed');
  a.send('anyone?', udp);
  clock.advance(100);
  expect(texts(b)).toEqual([]);
  assertIdle(clock);
});

test('a tap sees every send, and a drop chooses what is lost', () => {
  const { clock, network, a, b } = setUp();
  const seen: number[] = [];
  network.tap = ({ bytes }) => seen.push(bytes.length);
  let count = 0;
  network.drop = () => ++count === 1;
  a.send('1', udp);
  a.send('22', udp);
  clock.advance(100);
  expect(seen).toEqual([1, 2]);
  expect(texts(b)).toEqual(['22']);
});

test('expect and expectNothing say what was heard instead', () => {
  const { a, b } = setUp();
  a.send('hello', udp);
  expect(() => b.expect(/^INVITE/, 100)).toThrow('heard: hello');
  a.send('hello', udp);
  expect(() => b.expectNothing(/hello/, 100)).toThrow('hello');
});

test('assertIdle says what is left', () => {
  const { clock } = setUp();
  clock.at(5, () => {});
  expect(() => assertIdle(clock, { counts: { client: 0, server: 2 } })).toThrow('not idle: 1 pendingTimers, 2 server');
});
