import { expect, test } from 'vitest';
import { createDialogRequest, type DialogState, dialogFromRequest } from '../../dialog/index.ts';
import { createResponse, type SipRequest } from '../../message/index.ts';
import {
  assertIdle,
  cut,
  MemoryNetwork,
  seededRandom,
  TestAgent,
  TestElement,
  VirtualClock,
} from '../../testing/index.ts';
import type { Referral } from '../index.ts';

const sdp =
  'v=0\r\no=- 5 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\na=sendrecv\r\n';

/** Alice on a WebSocket, in a call with her server, which takes everything; REFER as `onRefer` says. */
async function setUp(onRefer: readonly [status: number, headers?: readonly (readonly [string, string])[]] = [202]) {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(9) });
  const server = new TestElement(network, '192.0.2.9', { listen: [['WS', 80]] });
  const progress: string[] = [];
  const referrals: Referral[] = [];
  const alice = new TestAgent(network, '192.0.2.1', {
    user: 'alice',
    server: { transport: 'WS', host: '192.0.2.9', port: 80 },
    options: {
      events: {
        transfer: (_session, { state, status }) => progress.push(`${state} ${status}`),
        referred: (referral) => referrals.push(referral),
      },
    },
  });
  let dialog: DialogState | undefined;
  server.answer = (transaction) => {
    const { request } = transaction;
    const contact: [string, string] = ['Contact', '<sip:bob@192.0.2.9>'];
    if (request.method === 'INVITE' && request.toTag === undefined)
      dialog = dialogFromRequest(request, 'bob', 'confirmed');
    const [status, extra = []] = request.method === 'REFER' ? onRefer : [200];
    transaction.respond(
      createResponse(request, status, {
        toTag: 'bob',
        headers: [contact, ...extra],
        ...(request.method === 'INVITE' && {
          body: /a=sendonly/.test(new TextDecoder().decode(request.body)) ? held : sdp,
          contentType: 'application/sdp',
        }),
      }),
    );
  };
  alice.agent.start();
  await clock.advanceSettled(200);
  const session = alice.agent.call('sip:bob@example.com');
  await clock.advanceSettled(200);
  expect(session.state).toBe('connected');
  const send = async (request: SipRequest) => {
    const flow = server.opened.at(-1);
    if (!flow) throw new Error('no flow');
    const outcome = server.send(request, { flow });
    await clock.advanceSettled(300);
    return outcome.responses.at(-1);
  };
  const notify = (state: string, status: string) => {
    const made = createDialogRequest(dialog as DialogState, {
      method: 'NOTIFY',
      headers: [
        ['Contact', '<sip:bob@192.0.2.9>'],
        ['Event', 'refer'],
        ['Subscription-State', state],
        ['Content-Type', 'message/sipfrag'],
      ],
      body: `SIP/2.0 ${status}\r\n`,
    });
    dialog = made.dialog;
    return send(made.request);
  };
  return { clock, server, alice, session, progress, referrals, send, notify, dialog: () => dialog as DialogState };
}

const held = sdp.replace('sendrecv', 'recvonly');

test('the connection is lost in the middle of a transfer: the dialog lives on, and the last NOTIFY on the new flow counts (RFC 5589 §6, RFC 5626 §4.2)', async () => {
  const { clock, alice, session, progress, notify } = await setUp();
  session.transfer('carol');
  await clock.advanceSettled(500);
  expect(progress).toEqual(['trying 202']);
  const [flow] = alice.host.connections;
  if (flow) cut(flow);
  await clock.advanceSettled(3000);
  expect((await notify('terminated;reason=noresource', '200 OK'))?.status).toBe(200);
  expect(progress).toEqual(['trying 202', 'succeeded 200']);
  expect(session.state).toBe('ended');
  const stopped = alice.agent.stop();
  await clock.advanceSettled(70_000);
  await stopped;
  assertIdle(alice.agent);
});

test('a user agent that stops in the middle of a transfer leaves nothing (RFC 5589 §6, trap 4.11 #138)', async () => {
  const { clock, alice, session } = await setUp();
  session.transfer('carol');
  await clock.advanceSettled(500);
  const stopped = alice.agent.stop();
  await clock.advanceSettled(70_000);
  await stopped;
  assertIdle(alice.agent);
});

test('a transferee that grants no subscription has taken the transfer, and that is all there is to know (RFC 4488 §4)', async () => {
  const { clock, session, progress } = await setUp([200, [['Refer-Sub', 'false']]]);
  session.transfer('carol');
  await clock.advanceSettled(1000);
  expect(progress).toEqual(['trying 200', 'succeeded 200']);
  expect(session.state).toBe('ended');
});

test('a REFER outside of the call that names it by Target-Dialog is for that call (RFC 4538 §4)', async () => {
  const { server, session, referrals, send, dialog } = await setUp();
  const { callId, localTag, remoteTag } = dialog();
  const refer = (value: string) =>
    send(
      server.newRequest('REFER', 'sip:alice@example.com', {
        headers: [
          ['Contact', '<sip:bob@192.0.2.9>'],
          ['Require', 'tdialog'],
          ['Refer-To', '<sip:carol@example.com>'],
          ['Target-Dialog', value],
        ],
      }),
    );
  // As the receiver sees it.
  expect((await refer(`${callId};local-tag=${remoteTag};remote-tag=${localTag}`))?.status).toBe(202);
  expect((await refer(`${callId};local-tag=${localTag};remote-tag=${remoteTag}`))?.status).toBe(202);
  expect(referrals.map((referral) => referral.session)).toEqual([session, undefined]);
  for (const referral of referrals) referral.reject();
});
