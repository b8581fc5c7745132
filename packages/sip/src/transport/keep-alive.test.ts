import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Bench, seededRandom } from '../testing/index.ts';
import { to, uas } from '../testing/transport-scene.ts';

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
// Whatever a test did, in the end nothing is left of it (trap 4.11 #138).
afterEach(() => bench.finish());

describe('keep-alive (RFC 5626 §4.4.1, trap 4.2 #31)', () => {
  const keepAlive = { interval: 25_000 };

  test('pings each interval on a connection we opened, and a pong keeps the flow', () => {
    const alice = bench.element('192.0.2.1', { keepAlive });
    const bob = bench.peer('192.0.2.2', 'TCP', 5060);
    alice.transport.connect(to('TCP'));
    for (let i = 0; i < 3; i++) {
      bob.expect(/^\r\n\r\n$/, 25_000);
      bob.send('\n');
    }
    bench.clock.advance(20_000);
    expect(alice.closed).toEqual([]);
    expect(bob.heard.map(({ at }) => at)).toEqual([25_000, 50_000, 75_000]);
  });

  test('without a pong in 10 s the flow has failed, and its transactions with it', () => {
    const alice = bench.element('192.0.2.1', { keepAlive });
    const bob = bench.peer('192.0.2.2', 'WS', 80);
    const flow = alice.transport.connect(to('WS'));
    bench.clock.advance(24_000);
    const outcome = alice.send(alice.newRequest('OPTIONS', 'sip:b@192.0.2.2'), { destination: to('WS') });
    bob.expect(/^\r\n\r\n$/, 1000);
    bench.clock.advance(9999);
    expect(alice.closed).toEqual([]);
    bench.clock.advance(1);
    expect(alice.closed).toMatchObject([{ flow, cause: 'no pong' }]);
    expect(outcome.failures).toEqual(['transport']);
    expect(flow?.state).toBe('closed');
  });

  test('the rhythm can change, a probe asks at once, and a second ping does not move the deadline of the first', () => {
    const alice = bench.element('192.0.2.1', { keepAlive });
    const bob = bench.peer('192.0.2.2', 'WS', 80);
    const flow = alice.transport.connect(to('WS'));
    bench.clock.advance(0);
    if (flow === undefined) throw new Error('no flow');
    alice.transport.probe(flow);
    bob.expect(/^\r\n\r\n$/, 0);
    bob.send('\n');
    bench.clock.advance(0);
    alice.transport.keepAlive(flow, { interval: 4000, pongTimeout: 5000 });
    bench.clock.advance(8999);
    expect(bob.heard.map(({ at }) => at)).toEqual([0, 4000, 8000]);
    expect(alice.closed).toEqual([]);
    bench.clock.advance(1);
    expect(alice.closed).toHaveLength(1);
  });

  test('one pong answers every ping before it', () => {
    const alice = bench.element('192.0.2.1', { keepAlive: { interval: 4000 } });
    const bob = bench.peer('192.0.2.2', 'WS', 80);
    alice.transport.connect(to('WS'));
    for (let i = 0; i < 5; i++) {
      bench.clock.advance(8000);
      bob.send('\n');
    }
    expect(alice.closed).toEqual([]);
  });

  test('"once seen" expects no pong of a server that never sent one, and does of one that has', () => {
    const alice = bench.element('192.0.2.1', { keepAlive: { interval: 20_000, expectPong: 'once seen' } });
    const bob = bench.peer('192.0.2.2', 'WS', 80);
    alice.transport.connect(to('WS'));
    bench.clock.advance(100_000);
    expect(alice.closed).toEqual([]);
    bob.send('\n');
    bench.clock.advance(30_000);
    expect(alice.closed).toHaveLength(1);
  });

  test('the interval varies by up to a fifth with dice', () => {
    const alice = bench.element('192.0.2.1', {
      keepAlive: { interval: 10_000, random: seededRandom(7), expectPong: 'once seen' },
    });
    const bob = bench.peer('192.0.2.2', 'WS', 80);
    alice.transport.connect(to('WS'));
    bench.clock.advance(100_000);
    const times = bob.heard.map(({ at }) => at);
    const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0));
    expect(new Set(gaps).size).toBeGreaterThan(5);
    expect(Math.min(...gaps)).toBeGreaterThan(8000);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(10_000);
  });

  test('a server sends no pings', () => {
    uas(bench, { keepAlive });
    const alice = bench.peer('192.0.2.1', 'TCP');
    alice.connect(to('TCP'));
    alice.expectNothing(/./, 100_000);
  });
});
