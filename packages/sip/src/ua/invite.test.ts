import { expect, test } from 'vitest';
import { bodyParts, readResourcePriority } from '../message/index.ts';
import { assertIdle, MemoryNetwork, seededRandom, TestAgent, TestElement, VirtualClock } from '../testing/index.ts';

test('the application reads in the INVITE what the user agent leaves to it: Identity, Resource-Priority, further parts (RFC 8224 §6.2, RFC 4412 §3.1, RFC 5621 §5)', async () => {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(2) });
  const peer = new TestElement(network, '192.0.2.2');
  const alice = new TestAgent(network, '192.0.2.1', {
    user: 'alice',
    server: { transport: 'UDP', host: '192.0.2.2', port: 5060 },
  });
  alice.agent.start();
  clock.advance(1);
  const part = (type: string, more: string, text: string) => `--b\r\nContent-Type: ${type}\r\n${more}\r\n${text}\r\n`;
  const sdp = 'v=0\r\no=- 5 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0';
  const optional = 'Content-Disposition: render;handling=optional\r\n';
  const body = `${part('application/sdp', '', sdp)}${part('application/pidf+xml', optional, '<presence/>')}--b--`;
  const invite = peer.newRequest('INVITE', 'sip:alice@192.0.2.1', {
    headers: [
      ['Contact', '<sip:peer@192.0.2.2>'],
      ['Content-Type', 'multipart/mixed;boundary=b'],
      ['Identity', 'sA.bB.cC;info=<https://cert.example.org/x.cer>;alg=ES256;ppt=shaken'],
      ['Resource-Priority', 'ets.0, wps.3'],
    ],
    body,
  });
  peer.send(invite, { destination: { transport: 'UDP', host: '192.0.2.1', port: 5060 } });
  await clock.advanceSettled(100);
  const seen = alice.session.invite;
  expect(seen?.headers.all('identity')).toEqual(invite.headers.all('identity'));
  expect(seen?.headers.read(readResourcePriority)).toHaveLength(2);
  expect(seen && bodyParts(seen).map(({ contentType }) => contentType?.essence)).toEqual([
    'application/sdp',
    'application/pidf+xml',
  ]);
  alice.session.reject();
  await clock.advanceSettled(70_000);
  const ours = alice.agent.call('sip:peer@192.0.2.2');
  expect(ours.invite).toBeUndefined();
  ours.hangUp();
  await clock.advanceSettled(70_000);
  assertIdle(alice.agent);
});
