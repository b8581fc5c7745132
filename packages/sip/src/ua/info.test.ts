import { expect, test } from 'vitest';
import { bodyOf, createResponse } from '../message/index.ts';
import { utf8Decode } from '../runtime/index.ts';
import {
  assertIdle,
  MemoryNetwork,
  seededRandom,
  TestAgent,
  TestElement,
  VirtualClock,
  Wire,
} from '../testing/index.ts';
import type { InfoPackage } from './info.ts';
import type { Session } from './session.ts';

const at = (host: string) => ({ transport: 'UDP', host, port: 5060 }) as const;

/** Alice takes `weather`, Bob nothing; the call rings. */
async function ringing() {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(5) });
  const wire = new Wire(network);
  const heard: [Session, string][] = [];
  const weather: InfoPackage = {
    name: 'weather',
    types: ['text/plain'],
    option: 'weather-tag',
    received: (session, info) => heard.push([session, utf8Decode(bodyOf(info, 'text/plain') ?? new Uint8Array())]),
  };
  const alice = new TestAgent(network, '192.0.2.1', {
    user: 'alice',
    server: at('192.0.2.2'),
    options: { infoPackages: [weather] },
  });
  const bob = new TestAgent(network, '192.0.2.2', { user: 'bob', server: at('192.0.2.1') });
  alice.agent.start();
  bob.agent.start();
  const call = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(200);
  const answer = async () => {
    bob.session.answer();
    await clock.advanceSettled(200);
  };
  const send = async (session: Session, type: string, body: string, infoPackage?: string) => {
    const status = session.sendInfo(type, body, infoPackage);
    await clock.advanceSettled(100);
    return status;
  };
  const finish = async () => {
    call.hangUp();
    await clock.advanceSettled(64_000);
    assertIdle(alice.agent, bob.agent);
  };
  return { clock, network, wire, heard, alice, bob, call, answer, send, finish };
}

test('INVITE, 1xx, 2xx, re-INVITE and UPDATE say which packages are taken, in an empty header when none is (RFC 6086 §5.2.3)', async () => {
  const { clock, wire, call, answer, finish } = await ringing();
  await answer();
  call.restartMedia();
  await clock.advanceSettled(200);
  call.update();
  await clock.advanceSettled(200);
  const told = (messages: readonly { readonly message: { readonly headers: { get(name: string): unknown } } }[]) =>
    messages.map(({ message }) => message.headers.get('recv-info'));
  expect(told(wire.requests('INVITE'))).toEqual(['weather', 'weather']);
  expect(told(wire.requests('UPDATE'))).toEqual(['weather']);
  expect(wire.requests('INVITE')[0]?.message.supported).toContain('weather-tag');
  expect(told(wire.responses(180, 'INVITE'))).toEqual(['']);
  expect(told([...wire.responses(200, 'INVITE'), ...wire.responses(200, 'UPDATE')])).toEqual(['', '', '']);
  await finish();
});

test('an INFO goes only to who takes its package, under Info-Package, and comes to the package (RFC 6086 §4.2.1, §5.2.2)', async () => {
  const { wire, heard, call, bob, alice, answer, send, finish } = await ringing();
  await answer();
  wire.clear();
  expect(await send(call, 'text/plain', 'rain', 'weather')).toBe(469);
  expect(wire.story).toEqual([]);
  expect(await send(bob.session, 'text/plain', 'sun', 'weather')).toBe(200);
  expect(heard).toEqual([[call, 'sun']]);
  const info = wire.requests('INFO')[0]?.message;
  expect([info?.headers.get('info-package'), info?.headers.get('content-disposition')]).toEqual([
    'weather',
    'Info-Package',
  ]);
  // A body the package does not know.
  expect(await send(bob.session, 'text/html', 'sun', 'weather')).toBe(415);
  expect(wire.responses(415, 'INFO')[0]?.message.headers.get('accept')).toBe('text/plain');
  // The older kind goes on beside it.
  expect(await send(bob.session, 'application/dtmf', '5')).toBe(200);
  expect(alice.digits).toEqual(['5']);
  expect(heard).toHaveLength(1);
  await finish();
});

test('469 says which packages are taken now, and that is believed (RFC 6086 §4.2.2, trap 4.9 #120)', async () => {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(5) });
  const wire = new Wire(network);
  const peer = new TestElement(network, '192.0.2.2');
  const alice = new TestAgent(network, '192.0.2.1', { user: 'alice', server: at('192.0.2.2') });
  peer.answer = (transaction) => {
    const { method } = transaction.request;
    transaction.respond(
      createResponse(transaction.request, method === 'INFO' ? 469 : 200, {
        toTag: 'peer',
        headers: [
          ['Contact', '<sip:peer@192.0.2.2>'],
          ...(method === 'INVITE' ? [['Recv-Info', 'foo;x=1, Weather'] as const, ['Recv-Info', 'bar'] as const] : []),
          ...(method === 'INFO' ? [['Recv-Info', 'foo'] as const] : []),
        ],
        ...(method === 'INVITE' && {
          body: 'v=0\r\no=- 5 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n',
          contentType: 'application/sdp',
        }),
      }),
    );
  };
  alice.agent.start();
  const call = alice.agent.call('sip:peer@example.com');
  await clock.advanceSettled(100);
  const send = async (infoPackage: string) => {
    const status = call.sendInfo('text/plain', '', infoPackage);
    await clock.advanceSettled(100);
    return status;
  };
  // Names compare with regard to case (§7.2).
  expect(await send('weather')).toBe(469);
  expect(wire.requests('INFO')).toHaveLength(0);
  for (const name of ['bar', 'bar', 'foo']) expect(await send(name)).toBe(469);
  expect(wire.requests('INFO').map(({ message }) => message.headers.get('info-package'))).toEqual(['bar', 'foo']);
  expect(call.state).toBe('connected');
  call.hangUp();
  await clock.advanceSettled(64_000);
  assertIdle(alice.agent, peer.transactions);
});

test('packages are taken in early dialogs, and who does not speak of them is told nothing (RFC 6086 §5.2.3)', async () => {
  const { clock, network, wire, heard, call, alice, finish } = await ringing();
  const peer = new TestElement(network, '192.0.2.3');
  const invite = wire.requests('INVITE')[0]?.message;
  const ring = wire.responses(180, 'INVITE')[0]?.message;
  const info = peer.newRequest('INFO', 'sip:alice@192.0.2.1', {
    callId: invite?.callId ?? '',
    headers: [
      ['Content-Type', 'text/plain'],
      ['Info-Package', 'weather;now'],
    ],
    to: invite?.headers.get('from') ?? '',
    body: 'fog',
  });
  const early = info.with({ headers: info.headers.with('From', ring?.headers.get('to') ?? '') });
  const outcome = peer.send(early, { destination: at('192.0.2.1') });
  await clock.advanceSettled(100);
  expect([outcome.statuses, heard]).toEqual([[200], [[call, 'fog']]]);
  const plain = peer.send(
    peer.newRequest('INVITE', 'sip:alice@192.0.2.1', { headers: [['Contact', '<sip:peer@192.0.2.3>']] }),
    { destination: at('192.0.2.1') },
  );
  await clock.advanceSettled(100);
  expect(plain.responses.map(({ status, headers }) => [status, headers.has('recv-info')])).toEqual([[180, false]]);
  alice.session.reject();
  await clock.advanceSettled(100);
  await finish();
});
