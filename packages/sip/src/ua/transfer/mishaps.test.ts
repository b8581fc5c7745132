import { expect, test } from 'vitest';
import { createDialogRequest, type DialogState, dialogFromRequest } from '../../dialog/index.ts';
import { createResponse } from '../../message/index.ts';
import { latin1Decode } from '../../runtime/index.ts';
import {
  assertIdle,
  cut,
  MemoryNetwork,
  seededRandom,
  TestAgent,
  TestElement,
  VirtualClock,
  Wire,
} from '../../testing/index.ts';
import type { ServerTransaction } from '../../transaction/index.ts';
import type { Referral } from '../index.ts';

const sdp =
  'v=0\r\no=- 5 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\na=sendrecv\r\n';
const contact: [string, string] = ['Contact', '<sip:far@192.0.2.9>'];

/** Alice on a WebSocket, in calls with whoever her server plays; `onCall` answers further calls of hers. */
async function setUp() {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(14) });
  const wire = new Wire(network);
  const server = new TestElement(network, '192.0.2.9', { listen: [['WS', 80]] });
  const progress: string[] = [];
  const referrals: Referral[] = [];
  const alice = new TestAgent(network, '192.0.2.1', {
    user: 'alice',
    server: { transport: 'WS', host: '192.0.2.9', port: 80 },
    options: {
      events: {
        transfer: (_session, { state, status }) => progress.push(`${state} ${status}`),
        referred: (referral) => {
          referrals.push(referral);
          referral.accept();
        },
      },
    },
  });
  const dialogs = new Map<string, DialogState>();
  const far: { onCall?: (transaction: ServerTransaction) => void } = {};
  const answer = (transaction: ServerTransaction, toTag: string, status = 200) => {
    const { request } = transaction;
    const held = /a=sendonly/.test(latin1Decode(request.body));
    transaction.respond(
      createResponse(request, status, {
        toTag,
        headers: [contact, ['Supported', 'replaces']],
        ...(request.method === 'INVITE' &&
          status < 300 &&
          status !== 180 && {
            body: held ? sdp.replace('sendrecv', 'recvonly') : sdp,
            contentType: 'application/sdp',
          }),
      }),
    );
  };
  server.answer = (transaction) => {
    const { request } = transaction;
    const name = /sip:(\w+)@example/.exec(request.uriText)?.[1] ?? '';
    if (request.method === 'INVITE' && request.toTag === undefined) {
      const dialog = dialogFromRequest(request, name, 'confirmed');
      if (far.onCall) far.onCall(transaction);
      else {
        if (dialog) dialogs.set(name, dialog);
        answer(transaction, name);
      }
    } else answer(transaction, name, request.method === 'REFER' ? 202 : 200);
  };
  alice.agent.start();
  await clock.advanceSettled(200);
  const call = async (name: string) => {
    const session = alice.agent.call(`sip:${name}@example.com`);
    await clock.advanceSettled(200);
    expect(session.state).toBe('connected');
    return session;
  };
  /** In the dialog of that call, on the newest connection. */
  const say = async (name: string, method: string, headers: readonly [string, string][], body?: string) => {
    const made = createDialogRequest(dialogs.get(name) as DialogState, {
      method,
      headers: [contact, ...headers],
      ...(body !== undefined && { body }),
    });
    dialogs.set(name, made.dialog);
    const flow = server.opened.at(-1);
    if (!flow) throw new Error('no flow');
    const outcome = server.send(made.request, { flow });
    await clock.advanceSettled(300);
    return outcome.responses.at(-1);
  };
  const refer = (name: string, to: string) => say(name, 'REFER', [['Refer-To', `<${to}>`]]);
  const notify = (name: string, status: string) =>
    say(
      name,
      'NOTIFY',
      [
        ['Event', 'refer'],
        ['Subscription-State', 'terminated;reason=noresource'],
        ['Content-Type', 'message/sipfrag'],
      ],
      `SIP/2.0 ${status}\r\n`,
    );
  const lose = async () => {
    const [flow] = alice.host.connections;
    if (flow) cut(flow);
    await clock.advanceSettled(3000);
  };
  /** What alice reported of the call that she was asked for. */
  const reported = () =>
    wire
      .requests('NOTIFY', '192.0.2.1')
      .map(({ message }) => [
        latin1Decode(message.body).trim(),
        message.headers.get('subscription-state')?.split(';')[0],
      ]);
  const finish = async () => {
    const stopped = alice.agent.stop();
    await clock.advanceSettled(200_000);
    await stopped;
    assertIdle(alice.agent);
  };
  return { clock, wire, server, alice, progress, referrals, far, answer, call, refer, notify, lose, reported, finish };
}

test('a target that forks: the first that answers is reported, once; the second gets ACK and BYE (§13.2.2.4, RFC 5589 §6, RFC 3515 §2.4.4)', async () => {
  const { clock, wire, alice, far, answer, call, refer, reported, finish } = await setUp();
  await call('bob');
  let forked: ServerTransaction | undefined;
  far.onCall = (transaction) => {
    forked = transaction;
    answer(transaction, 'one', 180);
    answer(transaction, 'two', 180);
  };
  expect((await refer('bob', 'sip:carol@example.com'))?.status).toBe(202);
  if (forked) answer(forked, 'two');
  if (forked) answer(forked, 'one');
  await clock.advanceSettled(300);
  expect(reported()).toEqual([
    ['SIP/2.0 100 Trying', 'active'],
    ['SIP/2.0 180 Ringing', 'active'],
    ['SIP/2.0 200 OK', 'terminated'],
  ]);
  expect(
    wire
      .requests('ACK', '192.0.2.1')
      .slice(1)
      .map(({ message }) => message.toTag)
      .sort(),
  ).toEqual(['one', 'two']);
  const byes = wire.requests('BYE', '192.0.2.1').map(({ message }) => message.toTag);
  expect(byes).toEqual(['one']);
  // The old call is the transferor's to end; one that does not is not waited for.
  await clock.advanceSettled(2000);
  expect(alice.agent.sessions.map(({ state, referredBy }) => [state, referredBy])).toEqual([
    ['connected', 'sip:bob@example.com'],
  ]);
  await finish();
});

test('all forks of the target refuse: the best of it is reported, and the old call goes on (§16.7, RFC 5589 §6.2)', async () => {
  const { alice, far, answer, call, refer, reported, finish } = await setUp();
  const old = await call('bob');
  far.onCall = (transaction) => {
    answer(transaction, 'one', 180);
    answer(transaction, 'two', 180);
    answer(transaction, 'two', 486);
  };
  await refer('bob', 'sip:carol@example.com');
  expect(reported().at(-1)).toEqual(['SIP/2.0 486 Busy Here', 'terminated']);
  expect(alice.agent.sessions).toEqual([old]);
  await finish();
});

test('the transferee loses its connection while the target rings: the new call has failed, the old one lives, and it says so on the new connection (RFC 5589 §6.2, RFC 5626 §4.2)', async () => {
  const { wire, alice, far, answer, call, refer, lose, reported, finish } = await setUp();
  const old = await call('bob');
  far.onCall = (transaction) => answer(transaction, 'one', 180);
  await refer('bob', 'sip:carol@example.com');
  expect(alice.agent.sessions).toHaveLength(2);
  delete far.onCall;
  wire.clear();
  await lose();
  expect(old.state).toBe('connected');
  expect(alice.agent.sessions).toEqual([old]);
  expect(reported()).toEqual([['SIP/2.0 503 Service Unavailable', 'terminated']]);
  // Another transfer is possible.
  expect((await refer('bob', 'sip:dave@example.com'))?.status).toBe(202);
  await finish();
});

test('the transferee loses its connection after the target answered: the transfer holds, and the last NOTIFY comes on the new one (RFC 5589 §6, RFC 5626 §4.2)', async () => {
  const { clock, alice, far, answer, call, refer, server, lose, reported, wire, finish } = await setUp();
  await call('bob');
  let ringing: ServerTransaction | undefined;
  far.onCall = (transaction) => {
    ringing = transaction;
    answer(transaction, 'one', 180);
  };
  await refer('bob', 'sip:carol@example.com');
  const { answer: usual } = server;
  // The answer to the last NOTIFY is lost with the connection.
  server.answer = (transaction) => {
    if (transaction.request.method !== 'NOTIFY') usual?.(transaction);
  };
  if (ringing) answer(ringing, 'one');
  await clock.advanceSettled(100);
  expect(reported().at(-1)).toEqual(['SIP/2.0 200 OK', 'terminated']);
  if (usual) server.answer = usual;
  wire.clear();
  await lose();
  const [kept] = alice.agent.sessions;
  expect(kept).toMatchObject({ state: 'connected', referredBy: 'sip:bob@example.com' });
  await finish();
});

test('an attended transfer fails after the connection was lost: the held call comes back, resumed on the new connection, and the other lives (RFC 5589 §7.5, RFC 5626 §4.2)', async () => {
  const { clock, wire, progress, call, notify, lose, finish } = await setUp();
  const bob = await call('bob');
  const carol = await call('carol');
  bob.transferTo(carol);
  await clock.advanceSettled(500);
  expect(progress).toEqual(['trying 202']);
  expect(bob.held.local).toBe(true);
  await lose();
  expect([bob.state, carol.state, bob.held.local]).toEqual(['connected', 'connected', true]);
  wire.clear();
  expect((await notify('bob', '486 Busy Here'))?.status).toBe(200);
  await clock.advanceSettled(500);
  expect(progress).toEqual(['trying 202', 'failed 486']);
  expect([bob.state, carol.state]).toEqual(['connected', 'connected']);
  expect(bob.held).toEqual({ local: false, remote: false, wanted: false });
  expect(
    wire.requests('INVITE', '192.0.2.1').map(({ message }) => /a=(send\w+)/.exec(latin1Decode(message.body))?.[1]),
  ).toEqual(['sendrecv']);
  await finish();
});

test('an attended transfer of which nothing more is heard over a lost connection is given up, and the held call comes back (RFC 5589 §7.5, RFC 6665 §4.1.2.4)', async () => {
  const { clock, progress, call, lose, finish } = await setUp();
  const bob = await call('bob');
  const carol = await call('carol');
  bob.transferTo(carol);
  await clock.advanceSettled(500);
  await lose();
  await clock.advanceSettled(3_700_000);
  expect(progress.at(-1)).toMatch(/^failed 408/);
  expect([bob.state, bob.held.local, carol.state]).toEqual(['connected', false, 'connected']);
  await finish();
});

test('a secure Refer-To is not called over what is not: the failure is reported, and the old call goes on (RFC 5630 §3.2, §4)', async () => {
  const { alice, call, refer, reported, wire, finish } = await setUp();
  const old = await call('bob');
  wire.clear();
  expect((await refer('bob', 'sips:carol@example.com'))?.status).toBe(202);
  expect(wire.requests('INVITE', '192.0.2.1')).toEqual([]);
  expect(reported().at(-1)).toEqual(['SIP/2.0 416 Unsupported URI Scheme', 'terminated']);
  expect(alice.agent.sessions).toEqual([old]);
  await finish();
});

test('who was reached by a SIPS URI is not sent to a SIP one: 403 (RFC 5630 §3.2)', async () => {
  const { clock, server, referrals, call, finish } = await setUp();
  await call('bob');
  const ask = async (uri: string, to: string) => {
    const flow = server.opened.at(-1);
    if (!flow) throw new Error('no flow');
    const request = server.newRequest('REFER', uri, {
      headers: [contact, ['Refer-To', `<${to}>`], ['Refer-Sub', 'false']],
    });
    const outcome = server.send(request, { flow });
    await clock.advanceSettled(300);
    return outcome.statuses;
  };
  expect(await ask('sips:alice@example.com', 'sip:carol@example.com')).toEqual([403]);
  expect(referrals).toEqual([]);
  expect(await ask('sips:alice@example.com', 'sips:carol@example.com')).toEqual([200]);
  await finish();
});
