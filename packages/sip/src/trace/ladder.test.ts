import { describe, expect, it } from 'vitest';
import { MemoryNetwork, seededRandom, TestAgent, VirtualClock, Wire } from '../testing/index.ts';
import { type LadderEntry, ladder } from './index.ts';

const request = (method: string, seq: number, branch = `z9hG4bK-${method}-${seq}`): string =>
  [
    `${method} sip:bob@example.com SIP/2.0`,
    `Via: SIP/2.0/UDP 192.0.2.1;branch=${branch}`,
    'From: <sip:alice@example.com>;tag=a',
    'To: <sip:bob@example.com>',
    'Call-ID: c',
    `CSeq: ${seq} ${method}`,
    'Max-Forwards: 70',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');

/** The ladder, after a line feed, so that it stands in the test as it is printed. */
const printed = (...[entries, options]: Parameters<typeof ladder>): string => `\n${ladder(entries, options)}`;

const entry = (at: number, from: string, to: string, message: string): LadderEntry => ({ at, from, to, message });

describe('a ladder', () => {
  it('shows a call from INVITE to BYE, its descriptions, and what the network lost and was sent again (RFC 3261 §17)', async () => {
    const clock = new VirtualClock();
    const network = new MemoryNetwork({ clock, random: seededRandom(3) });
    const wire = new Wire(network);
    const agent = (user: string, address: string, host: string): TestAgent =>
      new TestAgent(network, address, { user, server: { transport: 'UDP', host, port: 5060 } });
    const alice = agent('alice', '192.0.2.1', '192.0.2.2');
    const bob = agent('bob', '192.0.2.2', '192.0.2.1');
    alice.agent.start();
    bob.agent.start();
    network.conditions = { ...network.conditions, loss: 1 };
    const call = alice.agent.call('sip:bob@example.com');
    await clock.advanceSettled(100);
    network.conditions = { ...network.conditions, loss: 0 };
    await clock.advanceSettled(1_900);
    bob.incoming[0]?.answer();
    await clock.advanceSettled(3_000);
    call.hangUp();
    await clock.advanceSettled(1_000);
    expect(`\n${wire.ladder({ names: { '192.0.2.1': 'alice', '192.0.2.2': 'bob' } })}`).toBe(`
         alice                         bob
   0.000   ├─────── INVITE 1 SDP ──────►│
   0.500   ├─── INVITE 1 SDP, again ───►│
   0.510   │◄─ 180 Ringing (1 INVITE) ──┤
   2.000   │◄─ 200 OK (1 INVITE) SDP ───┤
   2.010   ├────────── ACK 1 ──────────►│
   5.000   ├────────── BYE 2 ──────────►│
   5.010   │◄───── 200 OK (2 BYE) ──────┤
`);
    expect(`${wire}`).toContain('192.0.2.2');
  });

  it('puts an arrow across the participants between, and takes them in the order of their names', () => {
    const entries = [
      entry(1000, 'edge', 'c', request('MESSAGE', 1)),
      entry(1020, 'c', 'a', request('OPTIONS', 7)),
      entry(1040, 'a', 'a', request('INFO', 2)),
    ];
    expect(printed(entries, { names: { a: 'alice', nobody: 'nobody' } })).toBe(`
         alice           edge              c
   0.000   │               ├── MESSAGE 1 ─►│
   0.020   │◄───────── OPTIONS 7 ──────────┤
   0.040   ├↺ INFO 2       │               │
`);
  });

  it('cuts what does not fit a given width', () => {
    expect(printed([entry(0, 'a', 'b', request('SUBSCRIBE', 12345))], { width: 14 })).toBe(`
           a             b
   0.000   ├─ SUBSCRIB… ►│
`);
  });

  it('marks no second request as sent again when its branch is another (RFC 3261 §8.1.1.7)', () => {
    const text = ladder([
      entry(0, 'a', 'b', request('OPTIONS', 1)),
      entry(1, 'a', 'b', request('OPTIONS', 1, 'z9hG4bK-other')),
      entry(2, 'a', 'b', request('OPTIONS', 1)),
    ]);
    expect(text.split('\n').map((line) => line.includes('again'))).toEqual([false, false, false, true, false]);
  });

  it('reads a message out of which something was taken, so that its Content-Length is too large', () => {
    const sdp = 'Content-Type: application/sdp\r\nContent-Length: 100\r\n\r\nv=0\r\n';
    const message = request('INVITE', 1).replace('Content-Length: 0\r\n\r\n', sdp);
    expect(ladder([entry(0, 'a', 'b', message)])).toContain('─ INVITE 1 SDP ─►');
  });

  it('shows keep-alives and what is no SIP as what it is, and is empty for nothing', () => {
    expect(printed([entry(0, 'a', 'b', '\r\n\r\n'), entry(5, 'b', 'a', 'GET / HTTP/1.1\r\n\r\n')])).toBe(`
           a                      b
   0.000   ├───── keep-alive ────►│
   0.005   │◄─ ? GET / HTTP/1.1 ──┤
`);
    expect(ladder([])).toBe('');
  });
});
