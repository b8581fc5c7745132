import { expect, test } from 'vitest';
import { latin1Encode } from '../runtime/index.ts';
import { assertIdle, MemoryNetwork, seededRandom, settle, TestAgent, VirtualClock } from '../testing/index.ts';

const sdp = 'v=0\r\no=- 5 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n';
const message = (method: string, i: number) =>
  [
    `${method} sip:alice@example.com SIP/2.0`,
    `Via: SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bK${i};rport`,
    'Max-Forwards: 70',
    'Record-Route: <sip:p1@192.0.2.2;lr>, <sip:p2@192.0.2.2;lr>',
    'From: "Bob" <sip:bob@example.com>;tag=b1',
    'To: <sip:alice@example.com>',
    `Call-ID: call-${i}`,
    `CSeq: 1 ${method}`,
    'Contact: <sip:bob@192.0.2.2>',
    'Supported: timer, 100rel',
    'Expires: 90',
    'Reason: SIP;cause=200;text="x"',
    'Content-Type: application/sdp',
    `Content-Length: ${sdp.length}`,
    '',
    sdp,
  ].join('\r\n');

test('whatever arrives, nothing is thrown and nothing stays behind (§7, trap 4.1 #21)', async () => {
  const random = seededRandom(11);
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random });
  const errors: string[] = [];
  const alice = new TestAgent(network, '192.0.2.1', {
    user: 'alice',
    server: { transport: 'UDP', host: '192.0.2.2', port: 5060 },
    options: {
      log: (level, event, fields) =>
        level === 'error' &&
        errors.push(
          `${event} ${JSON.stringify(fields)} ${fields?.['error'] instanceof Error ? fields['error'].stack : ''}`,
        ),
    },
  });
  alice.onIncoming = (session) => {
    if (random.number() < 0.3) session.answer();
    else if (random.number() < 0.5) session.reject();
  };
  alice.agent.start();
  network.host('192.0.2.2').listen('UDP', 5060);
  const flow = network.host('192.0.2.2').connect({ transport: 'UDP', host: '192.0.2.1', port: 5060 });
  const methods = ['INVITE', 'OPTIONS', 'BYE', 'CANCEL', 'ACK', 'INFO', 'UPDATE', 'REGISTER'];
  for (let i = 0; i < 600; i++) {
    const bytes = latin1Encode(message(methods[i % methods.length] ?? '', i >> 3));
    const changes = Math.floor(random.number() * 4);
    for (let change = 0; change < changes; change++) {
      bytes[Math.floor(random.number() * bytes.length)] = 0x20 + Math.floor(random.number() * 0xe0);
    }
    const cut = random.number() < 0.1 ? Math.floor(random.number() * bytes.length) : bytes.length;
    flow?.send(bytes.subarray(0, cut));
    clock.advance(20);
    if (i % 8 === 0) await settle();
  }
  for (const session of alice.agent.sessions) session.hangUp();
  clock.advance(1000);
  await settle();
  clock.advance(300_000);
  expect(errors).toEqual([]);
  expect(alice.incoming.length).toBeGreaterThan(20);
  assertIdle(alice.agent);
});
