import { expect, onTestFinished, test } from 'vitest';
import { createResponse, type SipRequest } from '../message/index.ts';
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
import type { IncomingMessage, MessageOutcome } from './messages.ts';
import type { UserAgentOptions } from './options.ts';

type Fields = (readonly [string, string])[];
type Answer = (request: SipRequest) => readonly [number, Fields?] | undefined;
const hello = { contentType: 'text/plain', body: 'Grüß Gott' };

/** An agent, and a server that answers MESSAGE as `script` says and takes every call. */
async function setUp({
  transport = 'WS' as 'WS' | 'UDP',
  listens = true,
  hear = (_message: IncomingMessage): void => {},
  ...options
}: Partial<UserAgentOptions> & {
  transport?: 'WS' | 'UDP';
  listens?: boolean;
  hear?: (message: IncomingMessage) => void;
} = {}) {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(7) });
  const wire = new Wire(network);
  const port = transport === 'WS' ? 80 : 5060;
  const server = new TestElement(network, '192.0.2.9', { listen: [[transport, port]] });
  const heard: IncomingMessage[] = [];
  const alice = new TestAgent(network, '192.0.2.1', {
    user: 'alice',
    server: { transport, host: '192.0.2.9', port },
    options: {
      events: listens
        ? {
            message: (message) => {
              heard.push(message);
              hear(message);
            },
          }
        : {},
      ...options,
    },
  });
  const script: Answer[] = [];
  server.answer = (transaction) => {
    const { request } = transaction;
    const next = request.method === 'MESSAGE' ? script.shift() : undefined;
    const [status, headers = []] = next ? (next(request) ?? []) : [200];
    const call = request.method === 'INVITE' && {
      headers: [['Contact', '<sip:bob@192.0.2.9>'] as const],
      body: utf8Decode(request.body),
      contentType: 'application/sdp',
    };
    if (status !== undefined) transaction.respond(createResponse(request, status, { toTag: 'far', headers, ...call }));
  };
  alice.agent.start();
  await clock.advanceSettled(500);
  /** What the agent answers to a MESSAGE. */
  const receive = async (contentType: string | undefined, body: string, headers: Fields = [], to?: string) => {
    const request = server.newRequest('MESSAGE', 'sip:alice@example.com', {
      headers: [...(contentType === undefined ? [] : [['Content-Type', contentType] as const]), ...headers],
      body,
      ...(to !== undefined && { to }),
    });
    const [flow] = server.opened;
    const outcome = server.send(
      request,
      flow ? { flow } : { destination: { transport: 'UDP', host: '192.0.2.1', port: 5060 } },
    );
    await clock.advanceSettled(100);
    return outcome;
  };
  const settled = async (sent: Promise<MessageOutcome>, ms = 100) => {
    await clock.advanceSettled(ms);
    return sent;
  };
  onTestFinished(async () => {
    const stopped = alice.agent.stop();
    await clock.advanceSettled(200_000);
    await stopped;
    server.transport.close();
    await clock.advanceSettled(200_000);
    assertIdle(alice.agent, clock);
  });
  return { clock, network, wire, server, alice, script, heard, receive, settled };
}

test('sends a MESSAGE without Contact and tells what the next hop said, 202 too (RFC 3428 §4, §5, trap 4.9 #119)', async () => {
  const { alice, script, wire, settled } = await setUp();
  script.push(() => [202]);
  const sent = alice.agent.sendMessage('bob', { ...hello, headers: [['Subject', 'lunch']] });
  expect(await settled(sent)).toEqual({ status: 202, reason: 'Accepted' });
  const [{ message } = {}] = wire.requests('MESSAGE');
  expect(message?.uriText).toBe('sip:bob@example.com');
  expect(message?.contacts).toEqual([]);
  expect(message?.headers.get('subject')).toBe('lunch');
  expect(message?.contentType?.essence).toBe('text/plain');
  expect(new TextDecoder().decode(message?.body)).toBe('Grüß Gott');
  // No dialog and no ACK.
  expect(wire.story.slice(-2)).toEqual(['MESSAGE', '202 MESSAGE']);
  expect(alice.counts.dialogs).toBe(0);
});

test('goes out again with credentials when challenged, and gives what refuses it (RFC 3428 §4, RFC 3261 §22.2)', async () => {
  const { alice, script, wire, settled } = await setUp({
    account: { aor: 'sip:alice@example.com', password: 'alice', realms: ['example.com'] },
  });
  script.push(
    () => [407, [['Proxy-Authenticate', 'Digest realm="example.com", nonce="1", algorithm=MD5, qop="auth"']]],
    () => [404],
  );
  expect(await settled(alice.agent.sendMessage('bob', hello))).toEqual({ status: 404, reason: 'Not Found' });
  const [first, second] = wire.requests('MESSAGE').map(({ message }) => message);
  expect(second?.headers.get('proxy-authorization')).toContain('response=');
  expect(second?.cseq.number).toBe((first?.cseq.number ?? 0) + 1);
  expect(second?.callId).toBe(first?.callId);
});

test('is 408 without any answer, and 503 when the agent stops first (RFC 3428 §5)', async () => {
  const { alice, script, settled } = await setUp();
  script.push(() => undefined);
  expect(await settled(alice.agent.sendMessage('bob', hello), 40_000)).toEqual({ status: 408 });
  script.push(() => undefined);
  const sent = alice.agent.sendMessage('bob', hello);
  const stopped = alice.agent.stop();
  expect(await settled(sent, 5000)).toEqual({ status: 503 });
  await stopped;
});

test('waits for the connection that is just coming up, and is 503 when none comes (RFC 3428 §5)', async () => {
  const { alice, clock, network, settled, wire, server } = await setUp();
  server.opened[0]?.close();
  await clock.advanceSettled(50);
  expect(alice.agent.flow.state).not.toBe('open');
  expect(await settled(alice.agent.sendMessage('bob', hello), 5000)).toMatchObject({ status: 200 });
  expect(wire.requests('MESSAGE')).toHaveLength(1);
  network.partition('192.0.2.1', '192.0.2.9');
  // The next probe finds it dead.
  await clock.advanceSettled(40_000);
  expect(alice.agent.flow.state).not.toBe('open');
  expect(await settled(alice.agent.sendMessage('bob', hello), 11_000)).toEqual({ status: 503 });
});

test('more than 1300 octets are refused over UDP and pass over a stream (RFC 3428 §8, trap 4.9 #119)', async () => {
  const long = { contentType: 'text/plain', body: 'x'.repeat(1300) };
  const stream = await setUp();
  expect(await stream.settled(stream.alice.agent.sendMessage('bob', long))).toMatchObject({ status: 200 });
  const datagrams = await setUp({ transport: 'UDP' });
  await expect(datagrams.alice.agent.sendMessage('bob', long)).rejects.toThrow('over UDP it may have 1300');
  expect(datagrams.wire.requests('MESSAGE')).toEqual([]);
  const fits = { contentType: 'text/plain', body: 'x'.repeat(700) };
  expect(await datagrams.settled(datagrams.alice.agent.sendMessage('bob', fits))).toMatchObject({ status: 200 });
});

test('misuse rejects and sends nothing', async () => {
  const { alice, wire } = await setUp();
  await expect(alice.agent.sendMessage('', hello)).rejects.toThrow();
  await expect(alice.agent.sendMessage('bob', { ...hello, contentType: 'a\r\nb' })).rejects.toThrow();
  expect(wire.requests('MESSAGE')).toEqual([]);
});

test('in a call it goes in the dialog, comes with its session, and is 481 after it (RFC 3428 §6)', async () => {
  const { alice, clock, wire, settled, server, heard } = await setUp();
  const call = alice.agent.call('bob');
  await clock.advanceSettled(500);
  expect(call.state).toBe('connected');
  expect(await settled(call.sendMessage({ ...hello, body: 'x'.repeat(2000) }))).toMatchObject({ status: 200 });
  const [{ message } = {}] = wire.requests('MESSAGE');
  const [invite] = server.requests;
  expect(message).toMatchObject({ callId: call.callId, toTag: 'far', uriText: 'sip:bob@192.0.2.9' });
  expect(message?.contacts).toEqual([]);
  const request = server.newRequest('MESSAGE', 'sip:alice@example.com', {
    callId: call.callId,
    to: invite?.request.headers.get('from') ?? '',
    headers: [['Content-Type', 'text/plain']],
    body: 'yes',
  });
  const [flow] = server.opened;
  if (!flow) throw new Error('no flow');
  const from = `${invite?.request.headers.get('to')};tag=far`;
  const answer = server.send(request.with({ headers: request.headers.with('From', from) }), { flow });
  await clock.advanceSettled(100);
  expect(answer.statuses).toEqual([200]);
  expect(heard[0]).toMatchObject({ session: call, body: 'yes' });
  call.hangUp();
  expect(await settled(call.sendMessage(hello))).toEqual({ status: 481 });
});

test('a MESSAGE outside a dialog is 200 with no body and no Contact, and makes no dialog (RFC 3428 §7, UAS-028, trap 4.9 #119)', async () => {
  const { receive, heard, alice } = await setUp();
  const { responses } = await receive('Text/Plain;charset=UTF-8', 'hi');
  expect(responses.map(({ status }) => status)).toEqual([200]);
  expect(responses[0]?.contacts).toEqual([]);
  expect(responses[0]?.body).toHaveLength(0);
  expect(heard).toHaveLength(1);
  expect(heard[0]).toMatchObject({ contentType: 'text/plain', body: 'hi', session: undefined });
  expect(alice.counts.dialogs).toBe(0);
});

test('a type nobody listens to is 415 with Accept and not shown: isComposing is no text (RFC 3428 §7, RFC 3994 §4, trap 4.9 #119)', async () => {
  const { receive, heard } = await setUp();
  const { responses } = await receive('application/im-iscomposing+xml', '<isComposing/>');
  expect(responses[0]?.status).toBe(415);
  expect(responses[0]?.headers.get('accept')).toBe('text/plain');
  expect(heard).toEqual([]);
});

test('the types that are asked for arrive, out of a multipart too (RFC 3428 §7, RFC 5621 §3)', async () => {
  const { receive, heard } = await setUp({ messageTypes: ['message/cpim', 'text/plain'] });
  expect((await receive('message/CPIM', 'From: <im:a@b>\r\n')).statuses).toEqual([200]);
  const parts = '--b\r\nContent-Type: text/html\r\n\r\n<p>hi\r\n--b\r\nContent-Type: text/plain\r\n\r\nhi\r\n--b--\r\n';
  expect((await receive('multipart/alternative;boundary=b', parts)).statuses).toEqual([200]);
  expect(heard[0]?.remote.uri).toMatch(/^sip:/);
  expect(heard.map(({ contentType, body }) => [contentType, body])).toEqual([
    ['message/cpim', 'From: <im:a@b>\r\n'],
    ['text/plain', 'hi'],
  ]);
});

test('the listener may refuse, and one that throws refuses nothing (RFC 3428 §7)', async () => {
  const { receive } = await setUp({
    hear: ({ body, reject }) => {
      if (body === 'no') reject();
      else if (body === 'busy') reject(486);
      else throw new Error('listener');
    },
  });
  expect((await receive('text/plain', 'no')).statuses).toEqual([603]);
  expect((await receive('text/plain', 'busy')).statuses).toEqual([486]);
  expect((await receive('text/plain', 'oh')).statuses).toEqual([200]);
});

test('without a listener MESSAGE is 405, and Allow does not name it (RFC 3261 §8.2.1)', async () => {
  const { receive } = await setUp({ listens: false });
  const { responses } = await receive('text/plain', 'hi');
  expect(responses[0]?.status).toBe(405);
  expect(responses[0]?.allow).not.toContain('MESSAGE');
});
