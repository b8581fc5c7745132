import { expect, test } from '@playwright/test';
import {
  bodyOf,
  conference,
  dialogInfo,
  Headers,
  type IncomingMessage,
  type InfoPackage,
  imdnRequest,
  isComposingType,
  parseCpim,
  presence,
  printCpim,
  readImdns,
  readIsComposing,
  receiptsFor,
  reg,
  type SessionDescriptionHandler,
  trickleIce,
  utf8Decode,
  writeIsComposing,
} from '@ringback/sip';
import type { IceFragment } from '@ringback/sip/sdp';
import type { NodeAgent } from './harness/node-agent.ts';
import { play, type Scene } from './harness/sipp-scene.ts';

/**
 * A user agent of ours on Node's sockets, driven by the public API, and sipp as the other end: no gateway, no browser. `e2e/sipp/agent` holds
 * what sipp says and what it insists on; here stands what our side does, and what it must have been told.
 */
interface Row extends Scene {
  readonly name: string;
  /** The journal of our side. */
  readonly told: readonly string[];
  /** An entry that may stand anywhere, and is not compared. */
  readonly anywhere?: string;
  /** Where the other one does not have it. */
  readonly only?: 'udp' | 'tcp';
  /** What else must hold. */
  readonly also?: (agent: NodeAgent) => void;
}

const BOB = 'sip:bob@127.0.0.1';
const theyHungUp = 'ended by remote: hangup';
const weHungUp = 'ended by local: hangup';

/** Calls, and goes on once it is answered. */
const call =
  (then: (agent: NodeAgent, session: ReturnType<NodeAgent['agent']['call']>) => Promise<unknown> | unknown) =>
  async (agent: NodeAgent): Promise<void> => {
    const session = agent.agent.call(BOB);
    await agent.until('connected');
    await then(agent, session);
    session.hangUp();
  };

test.describe.configure({ mode: 'parallel' });

/** sipp, which waits over TCP too, learns whom to call. */
const hello = async ({ agent }: NodeAgent): Promise<void> => {
  const { status } = await agent.sendMessage(BOB, { contentType: 'text/plain', body: 'Hello.' });
  expect(status).toBe(200);
};

/** An INFO package (RFC 6086) of the tests, and what came by it. */
const notes: string[] = [];
const note = (): InfoPackage => ({
  name: 'note',
  types: ['text/plain'],
  received: (_, info) => notes.push(utf8Decode(bodyOf(info, 'text/plain') ?? info.body).trimEnd()),
});

/** Descriptions of a medium whose candidates come later, and those of the far side that came. */
const candidates: string[] = [];
class Trickling implements SessionDescriptionHandler {
  static offer(own: readonly string[] = []): string {
    const session = ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0', 'a=ice-options:trickle'];
    const audio = ['m=audio 9 RTP/AVP 0', 'a=mid:0', 'a=ice-ufrag:ours', 'a=ice-pwd:0123456789012345678901'];
    return [...session, ...audio, ...own.map((each) => `a=candidate:${each}`), ''].join('\r\n');
  }

  async createOffer(): Promise<string> {
    return Trickling.offer();
  }

  async createAnswer(): Promise<string> {
    return Trickling.offer();
  }

  async acceptAnswer(): Promise<void> {}

  async addCandidates({ media }: IceFragment): Promise<void> {
    candidates.push(...media.flatMap((each) => each.candidates));
  }

  rollback(): void {}

  close(): void {}
}

/** What a chat is told besides text (RFC 3994, RFC 5438), and answers: that a message came, and was read. */
const chat: string[] = [];
const chatting = { messageTypes: ['text/plain', 'message/cpim', isComposingType] };
const onChat = async ({ request, session }: IncomingMessage): Promise<void> => {
  const typing = bodyOf(request, isComposingType);
  const cpim = parseCpim(bodyOf(request, 'message/cpim') ?? new Uint8Array());
  if (typing) chat.push(`writes: ${readIsComposing(typing)?.state}`);
  if (!cpim) return;
  const told = readImdns(cpim).map(({ messageId, status }) => `${messageId} ${status}`);
  chat.push(...(told.length > 0 ? told : [utf8Decode(cpim.body).trimEnd()]));
  // Only of a message that was answered 2xx (RFC 5438 §12.1.3.1).
  await new Promise((answered) => setImmediate(answered));
  const receipts = receiptsFor(cpim);
  for (const [status, kind] of [['delivered', 'delivery'] as const, ['displayed', 'display'] as const]) {
    const body = receipts?.tell(status, kind, { messageId: `r-${kind}`, dateTime: '2026-01-01T12:00:01Z' });
    if (body) expect(await session?.sendMessage({ contentType: 'message/cpim', body })).toMatchObject({ status: 200 });
  }
};

const rows: readonly Row[] = [
  {
    name: 'a hundred calls in a row are answered, talked and ended by the far side',
    scenario: 'uac',
    calls: 100,
    more: ['-d', '0', '-l', '1'],
    told: Array.from({ length: 100 }, () => ['incoming', 'connected', theyHungUp]).flat(),
  },
  {
    name: 'a hundred calls in a row are made and ended by us',
    scenario: 'uas',
    calls: 100,
    act: async (agent) => {
      for (let calls = 0; calls < 100; calls += 1) {
        const session = agent.agent.call(BOB);
        await agent.until('connected', calls + 1);
        session.hangUp();
        await agent.untilWire('< 200 BYE', calls + 1);
      }
    },
    // 180 and 200 may come in one TCP segment.
    anywhere: 'ringing',
    told: Array.from({ length: 100 }, () => ['connected', weHungUp]).flat(),
  },
  {
    name: 'a provisional response is reliable when the caller insists (RFC 3262 §3)',
    scenario: 'uac-100rel',
    incoming: (session) => session.progress(),
    act: async (agent) => {
      await agent.untilWire('> 183 INVITE');
      agent.agent.sessions[0]?.answer();
    },
    told: ['incoming', 'connected', theyHungUp],
  },
  {
    name: 'two reliable provisional responses are acknowledged, and the description in the first is the answer (RFC 3262 §4, §5)',
    scenario: 'uas-100rel',
    act: call(() => {}),
    told: ['early', 'connected', weHungUp],
  },
  {
    name: 'the caller holds us and takes us back (RFC 3264 §8.4)',
    scenario: 'uac-hold',
    told: ['incoming', 'connected', 'connected, held', 'connected', theyHungUp],
  },
  {
    name: 'we hold whom we called and take him back (RFC 3264 §8.4)',
    scenario: 'uas-hold',
    act: call(async (agent, session) => {
      session.hold();
      await agent.until('connected, holding');
      session.resume();
      await agent.until('connected', 2);
    }),
    told: ['connected', 'connected, holding', 'connected', weHungUp],
  },
  {
    name: 'an INVITE without an offer gets ours, and the ACK the answer (RFC 3261 §13.2.1)',
    scenario: 'uac-offerless',
    told: ['incoming', 'connected', theyHungUp],
  },
  {
    name: 'a call that leaves the offer to the far side answers in its ACK (RFC 3261 §13.2.1)',
    scenario: 'uas-offerless',
    act: async (agent) => {
      const session = agent.agent.call(BOB, { lateOffer: true });
      await agent.until('connected');
      session.hangUp();
    },
    told: ['connected', weHungUp],
  },
  {
    name: 'the caller gives up while it rings: 487, and it was answered elsewhere (RFC 3261 §9.2, RFC 3326)',
    scenario: 'uac-cancel',
    incoming: () => {},
    told: ['incoming', 'ended by remote: answered-elsewhere, SIP 200 Call completed elsewhere'],
  },
  {
    name: 'we give up while it rings there, and say why (RFC 3261 §9.1, RFC 3326)',
    scenario: 'uas-cancel',
    act: async (agent) => {
      const session = agent.agent.call(BOB);
      await agent.until('ringing');
      session.hangUp('SIP;cause=600;text="Busy Everywhere"');
    },
    told: ['ringing', 'ended by local: cancelled'],
  },
  {
    name: 'the reason of a BYE is told (RFC 3326)',
    scenario: 'uac-bye-reason',
    told: ['incoming', 'connected', `${theyHungUp}, Q.850 16 Terminated`],
  },
  {
    name: 'our BYE says why (RFC 3326)',
    scenario: 'uas-bye-reason',
    act: async (agent) => {
      const session = agent.agent.call(BOB);
      await agent.until('connected');
      session.hangUp('Q.850;cause=16;text="Terminated"');
    },
    told: ['connected', weHungUp],
  },
  {
    name: 'digits come by INFO in both formats of the phones before RFC 4733',
    scenario: 'uac-info',
    told: ['incoming', 'connected', 'digit 5 for 120 ms', 'digit # for 160 ms', theyHungUp],
  },
  {
    name: 'a digit goes out by INFO',
    scenario: 'uas-info',
    act: call(async (_, session) => expect(await session.sendDtmfInfo('7')).toBe(200)),
    told: ['connected', weHungUp],
  },
  {
    name: 'UPDATE from both sides: the caller holds by it, we tell our target and media anew (RFC 3311 §5)',
    scenario: 'uac-update',
    act: async (agent) => {
      await hello(agent);
      await agent.until('connected', 2);
      agent.agent.sessions[0]?.update({ media: true });
    },
    told: ['incoming', 'connected', 'connected, held', 'connected', theyHungUp],
  },
  {
    name: 'an offer in the early dialog is answered, and the target is told anew by UPDATE (RFC 3311 §5)',
    scenario: 'uas-update',
    act: async (agent) => {
      const session = agent.agent.call(BOB);
      await agent.until('connected, held');
      session.update();
      await agent.untilWire('< 200 UPDATE');
      session.hangUp();
    },
    told: ['early', 'early, held', 'connected, held', weHungUp],
  },
  {
    name: 'the caller holds while it rings, by an offer in the early dialog (RFC 3311 §5.1)',
    scenario: 'uas-early-update',
    act: async (agent) => {
      const session = agent.agent.call(BOB);
      await agent.until('early');
      session.hold();
      await agent.until('connected, holding');
      session.hangUp();
    },
    told: ['early', 'early, holding', 'connected, holding', weHungUp],
  },
  {
    name: 'two re-INVITEs cross: 491 both ways, and ours is tried again 2.1 to 4 s later (RFC 3261 §14.1)',
    scenario: 'uas-glare',
    speed: 10,
    act: call(async (agent, session) => {
      session.hold();
      await agent.until('connected, holding');
    }),
    told: ['connected', 'connected, holding', weHungUp],
  },
  {
    name: 'a session interval is raised after 422, and refreshed twice (RFC 4028 §7.3, §10)',
    scenario: 'uas-timer',
    speed: 60,
    options: { sessionExpires: 90 },
    act: call((agent) => agent.untilWire('< 200 UPDATE', 2)),
    told: ['connected', weHungUp],
  },
  {
    name: 'too short a session interval gets 422, and the one agreed is refreshed by us (RFC 4028 §9)',
    scenario: 'uac-timer',
    speed: 60,
    act: hello,
    told: ['incoming', 'connected', theyHungUp],
  },
  {
    name: 'a caller who does not refresh as promised is hung up on (RFC 4028 §10)',
    scenario: 'uac-timer-expires',
    speed: 60,
    act: hello,
    told: ['incoming', 'connected', 'ended by network: timeout, 408'],
  },
  {
    name: 'a 302 is followed, the best address first, and the next when that is busy (RFC 3261 §8.1.3.4)',
    scenario: 'uas-redirect',
    act: call(() => {}),
    told: ['connected', weHungUp],
  },
  {
    name: 'REGISTER is challenged, its end is not any more: the nonce is used again (RFC 3261 §22.4)',
    scenario: 'uas-digest-register',
    act: async (phone) => {
      phone.agent.register();
      await phone.until('registered');
      phone.agent.unregister();
    },
    told: ['registering', 'registered', 'unregistered'],
  },
  {
    name: 'INVITE is challenged, and BYE takes the credentials along (RFC 3261 §22.3)',
    scenario: 'uas-digest-call',
    act: call(() => {}),
    told: ['connected', weHungUp],
  },
  {
    name: 'a wrong password is tried twice, with new nonces, and not for ever (RFC 3261 §22.2)',
    scenario: 'uas-digest-wrong',
    act: async (agent) => {
      agent.agent.call(BOB);
    },
    told: ['ended by remote: failed, 401'],
  },
  {
    name: 'two phones are called by a fork, one gives up with 199, the other one answers (RFC 3261 §13.2.2.4, RFC 6228)',
    scenario: 'uas-forked',
    act: call(() => {}),
    told: ['early', 'connected', weHungUp],
  },
  {
    name: 'two phones answer: the second one gets ACK and BYE (RFC 3261 §13.2.2.4)',
    scenario: 'uas-two-answers',
    act: call((agent) => agent.untilWire('< 200 BYE')),
    told: ['connected', weHungUp],
  },
  {
    name: 'MESSAGE comes in, outside of a call and in one; a picture is refused (RFC 3428)',
    scenario: 'uac-message',
    told: ['message: Lunch?', 'incoming', 'connected', 'message: Now.', theyHungUp],
  },
  {
    name: 'MESSAGE goes out, with credentials when they are asked for (RFC 3428)',
    scenario: 'uas-message',
    act: async ({ agent }) => {
      const parts = { contentType: 'text/plain', body: 'Lunch?' };
      expect(await agent.sendMessage(BOB, parts)).toMatchObject({ status: 202 });
    },
    told: [],
  },
  {
    name: 'OPTIONS is answered with what we can do, outside of a call and in one (RFC 3261 §11.2)',
    scenario: 'uac-options',
    told: ['incoming', 'connected', theyHungUp],
  },
  {
    name: 'who is called sends the caller elsewhere (RFC 3261 §8.3)',
    scenario: 'uac-redirected',
    incoming: (session) => session.reject(302, { contacts: ['sip:agent@home.example.com'] }),
    told: ['incoming', 'ended by local: rejected, 302'],
  },
  {
    name: 'who is called becomes another one in the middle of the call, and tells it (RFC 4916 §4.3)',
    scenario: 'uac-from-change',
    act: async (agent) => {
      await agent.until('connected');
      const [session] = agent.agent.sessions;
      session?.changeIdentity({ uri: 'sip:carol@example.com', displayName: 'Carol' });
      await agent.untilWire('< 200 UPDATE');
      session?.hangUp();
    },
    told: ['incoming', 'connected', weHungUp],
  },
  {
    name: 'what must be refused is: 501, 405, 420, 481, 415, 404, 416 (RFC 3261 §8.2)',
    scenario: 'uac-refusals',
    told: [],
  },
  {
    name: 'a description is found in a multipart body, and one with a part that we must know and do not is refused (RFC 5621)',
    scenario: 'uac-multipart',
    told: ['incoming', 'connected', theyHungUp],
  },
  {
    name: 'an answer is found in a multipart body (RFC 5621)',
    scenario: 'uas-multipart',
    act: call(() => {}),
    told: ['connected', weHungUp],
  },
  {
    name: 'an INVITE that comes twice is one call, and the 200 comes again until the ACK (RFC 3261 §13.3.1.4, §17.2.1)',
    scenario: 'uac-repeated',
    more: ['-nr'],
    incoming: () => {},
    act: async (agent) => {
      await agent.untilWire('< INVITE', 2);
      agent.agent.sessions[0]?.answer();
    },
    told: ['incoming', 'connected', theyHungUp],
    also: ({ wire }) => {
      expect(wire.filter((each) => each === '> 180 INVITE').length).toBeGreaterThan(1);
      expect(wire.filter((each) => each === '> 200 INVITE').length).toBeGreaterThan(1);
    },
  },
  {
    name: 'a 200 that comes again gets its ACK again (RFC 3261 §13.2.2.4)',
    scenario: 'uas-repeated',
    more: ['-nr'],
    act: call((agent) => agent.untilWire('> ACK', 3)),
    told: ['connected', weHungUp],
  },
  {
    name: 'the caller asks us to call somebody else: we do, and tell how it goes (RFC 3515, RFC 5589 §6)',
    scenario: 'uac-refer',
    calls: 2,
    events: { referred: (referral) => void referral.accept() },
    act: async (agent) => {
      await hello(agent);
      await agent.until(theyHungUp);
      agent.agent.sessions[0]?.hangUp();
    },
    told: ['incoming', 'connected', 'connected', theyHungUp, weHungUp],
  },
  {
    name: 'a blind transfer is told step by step, and ends the call (RFC 5589 §6)',
    scenario: 'uas-transfer',
    act: async (agent) => {
      const session = agent.agent.call(BOB);
      await agent.until('connected');
      session.transfer('sip:carol@127.0.0.1');
    },
    told: [
      'connected',
      'connected, holding',
      'transfer trying 202',
      'transfer ringing 180',
      'transfer succeeded 200',
      weHungUp,
    ],
  },
  {
    name: 'a transfer that fails gives the call back (RFC 5589 §6.1)',
    scenario: 'uas-transfer-fails',
    act: async (agent) => {
      const session = agent.agent.call(BOB);
      await agent.until('connected');
      session.transfer('sip:carol@127.0.0.1');
      await agent.until('connected', 2);
      session.hangUp();
    },
    told: ['connected', 'connected, holding', 'transfer trying 202', 'transfer failed 486', 'connected', weHungUp],
  },
  {
    name: 'an attended transfer puts one call in our place in the other (RFC 5589 §7, RFC 3891)',
    scenario: 'uas-attended',
    calls: 2,
    act: async (agent) => {
      const carol = agent.agent.call('sip:carol@127.0.0.1');
      await agent.until('connected');
      const bob = agent.agent.call(BOB);
      await agent.until('connected', 2);
      bob.transferTo(carol);
    },
    told: [
      'connected',
      'connected',
      'connected, holding',
      'transfer trying 202',
      'transfer succeeded 200',
      weHungUp,
      theyHungUp,
    ],
  },
  {
    name: 'a REFER outside of any call, and what came of it (RFC 3515)',
    scenario: 'uas-refer',
    act: async (agent) => {
      agent.agent.refer(BOB, 'sip:carol@127.0.0.1', ({ state, status }) => agent.note(`${state} ${status}`));
      await agent.until('failed 603');
    },
    told: ['trying 202', 'failed 603'],
  },
  {
    name: 'an INVITE takes the place of a call, and we end that one (RFC 3891 §3)',
    scenario: 'uac-replaces',
    act: hello,
    told: ['incoming', 'connected', 'incoming', 'ended by remote: replaced', 'connected', theyHungUp],
  },
  {
    name: 'an INVITE that replaces nothing is refused with 481 (RFC 3891 §3)',
    scenario: 'uac-replaces-nothing',
    told: [],
  },
  {
    name: 'we call in the place of a call (RFC 3891 §6.1)',
    scenario: 'uas-replaces',
    act: async (agent) => {
      const session = agent.agent.call(BOB, { replaces: { callId: '12345', toTag: 'a', fromTag: 'b' } });
      await agent.until('connected');
      session.hangUp();
    },
    told: ['connected', weHungUp],
  },
  {
    name: 'we subscribe to presence, are told twice, and leave (RFC 6665 §4.1)',
    scenario: 'uas-subscribe',
    act: async (agent) => {
      const subscription = agent.agent.subscribe(BOB, presence, {
        value: ({ tuples }) => agent.note(`${tuples[0]?.basic}`),
        changed: ({ state: { state } }) => agent.note(state),
      });
      await agent.until('closed');
      subscription.unsubscribe();
      await agent.until('terminated');
    },
    told: ['suspended', 'open', 'active', 'closed', 'closed', 'terminated'],
  },
  {
    name: 'a subscription that is rejected is not asked for again (RFC 6665 §4.1.3)',
    scenario: 'uas-subscribe-rejected',
    act: async (agent) => {
      agent.agent.subscribe(BOB, presence, {
        changed: ({ state: { state, reason } }) => agent.note([state, reason].join(' ').trim()),
      });
      await agent.until('terminated rejected');
    },
    told: ['suspended', 'pending', 'terminated rejected'],
  },
  {
    name: 'we are subscribed to, and tell what changes (RFC 6665 §4.2)',
    scenario: 'uac-subscribe',
    act: async (agent) => {
      const state = (basic: 'open' | 'closed') => ({ entity: 'sip:agent@127.0.0.1', tuples: [{ id: 't', basic }] });
      agent.agent.notifier(presence, {
        interval: 0,
        subscribed: (subscription) => {
          subscription.notify(state('open'));
          void agent.untilWire('< 200 NOTIFY').then(() => subscription.notify(state('closed')));
        },
        ended: (_, reason) => agent.note(reason),
      });
      await hello(agent);
      await agent.until('timeout');
    },
    told: ['timeout'],
  },
  {
    name: 'waiting messages are told without being asked for (RFC 3842)',
    scenario: 'uac-waiting-message',
    told: ['told unasked: Messages-Waiting: yes\r\nVoice-Message: 2/8'],
  },
  {
    name: 'we publish, change, publish anew what was forgotten, and remove it (RFC 3903 §4)',
    scenario: 'uas-publish',
    calls: 4,
    act: async (agent) => {
      const state = (basic: 'open' | 'closed') => ({ entity: 'sip:agent@127.0.0.1', tuples: [{ id: 't', basic }] });
      const publication = agent.agent.publish(presence, state('open'), { changed: ({ state }) => agent.note(state) });
      await agent.until('published');
      publication.update(state('closed'));
      await agent.until('published', 2);
      publication.remove();
      await agent.until('removed');
    },
    told: ['waiting', 'published', 'published', 'removed'],
  },
  {
    name: 'a registrar wants a longer interval, and gives a service route and a GRUU that the next call has (RFC 3608, RFC 5627)',
    scenario: 'uas-register',
    calls: 2,
    act: async (agent) => {
      agent.agent.register();
      await agent.until('registered');
      const session = agent.agent.call(BOB);
      await agent.until('connected');
      session.hangUp();
      await agent.untilWire('< 200 BYE');
      agent.agent.unregister();
    },
    told: ['registering', 'registered', 'connected', weHungUp, 'unregistered'],
  },
  {
    name: 'nobody learns from us who calls (RFC 3323, RFC 3325 §9.3)',
    scenario: 'uas-privacy',
    act: async (agent) => {
      const session = agent.agent.call(BOB, { privacy: ['id'] });
      await agent.until('connected');
      session.hangUp();
    },
    told: ['connected', weHungUp],
  },
  {
    name: 'who the far side is comes from our server, and may change in the call (RFC 3325, RFC 5876)',
    scenario: 'uac-identity',
    options: { trustAsserted: true },
    incoming: (session) => {
      expect(session.remote).toMatchObject({ uri: 'sip:anna@127.0.0.1', displayName: 'Anna' });
      session.answer();
    },
    act: hello,
    told: ['incoming', 'connected', 'now with sip:berta@127.0.0.1', theyHungUp],
  },
  {
    name: 'a call wants to be mixed with another, which goes on (RFC 3911 §4)',
    scenario: 'uac-join',
    options: { join: true },
    incoming: (session, agent) => {
      if (session.joins) agent.note(`joins one that is ${session.joins.state}`);
      session.answer();
    },
    told: ['incoming', 'connected', 'incoming', 'joins one that is connected', 'connected', theyHungUp, theyHungUp],
  },
  {
    name: 'we ask for a call to be mixed with another (RFC 3911 §5)',
    scenario: 'uas-join',
    act: async (agent) => {
      const session = agent.agent.call(BOB, { join: { callId: '12345', toTag: 'a', fromTag: 'b' } });
      await agent.until('connected');
      session.hangUp();
    },
    told: ['connected', weHungUp],
  },
  {
    name: 'a REFER that wants no NOTIFY gets none (RFC 4488), and one that we decline is 603 (RFC 3515 §2.4.2)',
    scenario: 'uac-refer-silent',
    calls: 2,
    events: {
      referred: (referral) => {
        if (referral.target.includes('carol')) referral.accept();
        else referral.reject();
      },
    },
    act: async (agent) => {
      await hello(agent);
      await agent.until(theyHungUp);
      await agent.until('connected', 2);
      agent.agent.sessions[0]?.hangUp();
    },
    anywhere: theyHungUp,
    told: ['incoming', 'connected', 'connected', weHungUp],
    also: ({ wire }) => expect(wire).not.toContain('> NOTIFY'),
  },
  {
    name: 'the offer that we left to the far side comes in a reliable 183, and its PRACK has our answer (RFC 3262 §5)',
    scenario: 'uas-100rel-offer',
    act: async (agent) => {
      const session = agent.agent.call(BOB, { lateOffer: true });
      await agent.until('connected');
      session.hangUp();
    },
    told: ['early', 'connected', weHungUp],
  },
  {
    name: 'a re-INVITE without an offer gets ours, and its ACK may hold (RFC 3261 §14.2)',
    scenario: 'uac-offerless-again',
    told: ['incoming', 'connected', 'connected, held', theyHungUp],
  },
  {
    name: 'INFO of a package that we take is taken, of another refused with 469 (RFC 6086)',
    scenario: 'uac-info-package',
    options: { infoPackages: [note()] },
    told: ['incoming', 'connected', theyHungUp],
    also: () => expect(notes.splice(0)).toEqual(['from sipp']),
  },
  {
    name: 'INFO goes out where its package is taken, and only there (RFC 6086 §5.2.2)',
    scenario: 'uas-info-package',
    options: { infoPackages: [note()] },
    act: call(async (_, session) => {
      expect(await session.sendInfo('text/plain', 'from us', 'unheard-of')).toBe(469);
      expect(await session.sendInfo('text/plain', 'from us', 'note')).toBe(200);
    }),
    told: ['connected', weHungUp],
  },
  {
    name: 'a call of ours has an identifier with a half from each side, and data for the application (RFC 7989, RFC 7433)',
    scenario: 'uas-session-id',
    act: async (agent) => {
      const session = agent.agent.call(BOB, { userToUser: [{ data: 'c0ffee', encoding: 'hex' }] });
      await agent.until('connected');
      expect(session.sessionId?.remote).toBe('ab30317f1a784dc48ff824d0d3715d86');
      expect(session.userToUser).toMatchObject([{ data: 'beef' }]);
      session.hangUp();
    },
    told: ['connected', weHungUp],
  },
  {
    name: 'the identifier and the data of a call that comes in are told (RFC 7989, RFC 7433)',
    scenario: 'uac-session-id',
    incoming: (session, agent) => {
      agent.note(`${session.sessionId?.remote} ${session.userToUser[0]?.data}`);
      session.answer();
    },
    told: ['incoming', '47755a9de7794ba387653f2099600ef2 56a390f3d2b7310023a2', 'connected', theyHungUp],
  },
  {
    name: 'where the first hop does not know outbound we register without (439, RFC 5626 §6), and tell how we are woken (RFC 8599)',
    only: 'tcp',
    scenario: 'uas-outbound',
    options: { push: { provider: 'sipp', prid: 'here' } },
    act: async (agent) => {
      agent.agent.register();
      await agent.until('registered');
      agent.agent.unregister();
    },
    told: ['registering', 'registered', 'unregistered'],
  },
  {
    name: 'the strongest digest is used, and the next nonce when it is handed out (RFC 8760, RFC 7616 §3.5)',
    scenario: 'uas-digest-strong',
    act: async (agent) => {
      agent.agent.register();
      await agent.until('registered');
      agent.agent.unregister();
    },
    told: ['registering', 'registered', 'unregistered'],
  },
  {
    name: 'our re-INVITE is refused with 491 and tried again within two seconds, since we did not begin the call (RFC 3261 §14.1)',
    scenario: 'uac-glare',
    speed: 10,
    act: async (agent) => {
      await hello(agent);
      await agent.until('connected');
      agent.agent.sessions[0]?.hold();
    },
    told: ['incoming', 'connected', 'connected, holding', theyHungUp],
  },
  {
    name: 'who watches calls and misses a part asks for the whole (RFC 4235 §4.3)',
    scenario: 'uas-dialog-info',
    act: async (agent) => {
      const subscription = agent.agent.subscribe(BOB, dialogInfo, {
        value: ({ version, dialogs }) => agent.note(`${version}: ${dialogs[0]?.state}`),
      });
      await agent.until('3: confirmed');
      subscription.unsubscribe();
    },
    told: ['0: early', '3: confirmed'],
  },
  {
    name: 'he writes, and who sends a message is told that it came and that it was read, if he asked (RFC 3994, RFC 3862, RFC 5438 §7.2.1)',
    scenario: 'uac-imdn',
    options: chatting,
    events: { message: (message) => void onChat(message) },
    told: ['incoming', 'connected', theyHungUp],
    also: () => expect(chat.splice(0)).toEqual(['writes: active', 'Lunch?']),
  },
  {
    name: 'we write, ask to hear of our message, and are told that it was read (RFC 3994, RFC 3862, RFC 5438 §7.1)',
    scenario: 'uas-imdn',
    options: chatting,
    events: { message: (message) => void onChat(message) },
    act: call(async (agent, session) => {
      await session.sendMessage({ contentType: isComposingType, body: writeIsComposing({ state: 'active' }) });
      const [from, to] = ['From', 'To'].map((name, index) => ({
        name,
        value: `<${['im:agent', 'im:bob'][index]}@127.0.0.1>`,
      }));
      const headers = [from, to, ...imdnRequest('m1', '2026-01-01T12:00:00Z', ['display'])].flatMap(
        (each) => each ?? [],
      );
      const body = printCpim({ headers, content: Headers.of(['Content-Type', 'text/plain']), body: 'Lunch?' });
      await session.sendMessage({ contentType: 'message/cpim', body });
      await agent.untilWire('> 200 MESSAGE');
    }),
    told: ['connected', weHungUp],
    also: () => expect(chat.splice(0)).toEqual(['m1 displayed']),
  },
  {
    name: 'who watches a conference is told of all of it, then of who comes and who goes (RFC 4575)',
    scenario: 'uas-conference',
    act: async (agent) => {
      const subscription = agent.agent.subscribe(BOB, conference, {
        value: ({ subject, users }) =>
          agent.note(`${subject}: ${users.map(({ entity }) => entity.slice(4, -10)).join()}`),
      });
      await agent.until('Lunch: carol');
      subscription.unsubscribe();
    },
    told: ['Lunch: alice', 'Lunch: alice,carol', 'Lunch: carol'],
  },
  {
    name: 'who watches registrations is told where somebody is, and of a contact that is gone (RFC 3680)',
    scenario: 'uas-reg',
    act: async (agent) => {
      const subscription = agent.agent.subscribe(BOB, reg, {
        value: ({ registrations }) =>
          agent.note(
            registrations.flatMap(({ contacts }) => contacts.map(({ uri, event }) => `${uri} ${event}`)).join(),
          ),
      });
      await agent.until('sip:bob@192.0.2.1 expired,sip:bob@192.0.2.2 registered');
      subscription.unsubscribe();
    },
    told: [
      'sip:bob@192.0.2.1 registered,sip:bob@192.0.2.2 registered',
      'sip:bob@192.0.2.1 expired,sip:bob@192.0.2.2 registered',
    ],
  },
  {
    name: 'the connection is closed in a call: we come back, register as the same instance, and say by a re-INVITE where we are (RFC 5626 §4.2, §4.4)',
    only: 'tcp',
    scenario: 'uas-flow',
    cuts: true,
    calls: 2,
    act: async (agent, cut) => {
      agent.agent.register();
      await agent.until('registered');
      const session = agent.agent.call(BOB);
      await agent.until('connected');
      cut();
      await agent.untilWire('> ACK', 2);
      session.hangUp();
      await agent.until(weHungUp);
      await agent.untilWire('< 200 BYE');
      agent.agent.unregister();
    },
    anywhere: 'registering',
    told: ['registered', 'connected', 'registered', weHungUp, 'unregistered'],
    also: ({ wire, sent }) => {
      expect(wire.filter((each) => /^> (?:REGISTER|INVITE)/.test(each)).join()).toBe(
        '> REGISTER,> INVITE,> REGISTER,> INVITE,> REGISTER',
      );
      const instances = sent.flatMap(({ cseq, headers }) =>
        cseq.method === 'REGISTER' ? [/instance="[^"]+";reg-id=\d+/.exec(headers.get('contact') ?? '')?.[0]] : [],
      );
      expect(instances).toEqual([expect.stringContaining('reg-id=1'), instances[0], instances[0]]);
    },
  },
  {
    name: 'candidates are trickled by INFO, both ways (RFC 8840)',
    scenario: 'uas-trickle',
    options: { infoPackages: [trickleIce], sessionDescription: () => new Trickling() },
    act: async (agent) => {
      const session = agent.agent.call(BOB);
      await agent.until('connected');
      session.trickle(Trickling.offer(['1 1 UDP 2130706431 127.0.0.1 9 typ host']), true);
      await agent.untilWire('> 200 INFO');
      session.hangUp();
    },
    told: ['connected', weHungUp],
    also: () => expect(candidates.splice(0)).toEqual(['7 1 UDP 2130706431 127.0.0.1 6000 typ host']),
  },
];

for (const transport of ['udp', 'tcp'] as const) {
  test.describe(`over ${transport.toUpperCase()}`, () => {
    for (const { name, told, anywhere, also, only = transport, ...scene } of rows) {
      if (only !== transport) continue;
      test(name, async () => {
        const { journal, agent } = await play(scene, transport);
        expect(
          journal.filter((each) => each !== anywhere),
          agent.account,
        ).toEqual(told);
        also?.(agent);
      });
    }
  });
}

/** One datagram in twenty is lost, either way. */
const lossy = { loss: 0.05, seed: 20 };
const CALLS = 60;
/** As many at a time, and each talks for a second, so that what was lost is made up for before it ends. */
const AT_ONCE = 20;
const several = ['-l', String(AT_ONCE), '-d', '1000'];

const callAgain = async (agent: NodeAgent): Promise<void> => {
  for (let calls = 0; calls < CALLS; calls += 1) {
    await agent.until(weHungUp, calls + 1 - AT_ONCE);
    agent.agent.call(BOB);
  }
  await agent.until(weHungUp, CALLS);
};
const hangUp: Scene['events'] = {
  session: (session) => {
    if (session.state === 'connected') setTimeout(() => session.hangUp(), 1000);
  },
};

const losing: readonly Row[] = [
  {
    name: 'calls come in',
    scenario: 'uac',
    more: several,
    told: ['incoming', 'connected', theyHungUp],
  },
  {
    name: 'calls go out',
    scenario: 'uas-lossy',
    act: callAgain,
    events: hangUp,
    told: ['connected', 'ringing', weHungUp],
  },
  {
    name: 'calls come in and get a reliable provisional response',
    scenario: 'uac-100rel-lossy',
    more: several,
    incoming: (session) => {
      session.progress();
      // Once its description is made.
      setImmediate(() => session.answer());
    },
    told: ['incoming', 'connected', theyHungUp],
  },
  {
    name: 'calls go out to who sends reliable provisional responses',
    scenario: 'uas-100rel-lossy',
    act: callAgain,
    events: hangUp,
    told: ['connected', 'early', weHungUp],
  },
];

test.describe(`over UDP that loses one datagram in twenty, ${CALLS} times`, () => {
  for (const { name, told, ...scene } of losing) {
    test(name, async () => {
      const { journal, agent, relay } = await play({ ...scene, calls: CALLS, perSecond: 30, lossy }, 'udp');
      expect(new Set(journal), agent.account).toEqual(new Set(told));
      expect(journal.filter((each) => each === told.at(-1))).toHaveLength(CALLS);
      expect(relay?.lost).toBeGreaterThan(CALLS / 10);
    });
  }
});
