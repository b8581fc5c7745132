import { createResponse, type OfferWish, type Session, trickleIce } from '@ringback/sip';
import { FakeSessionDescription, type TestAgent } from '@ringback/sip/testing';
import { bob as callee, type Ladders, talking } from './ladder.ts';
import { addressOf, type PhoneOptions, Scene, upstream } from './scene.ts';

/** What happens inside of a call, and how calls become other calls. */
export const sessions: Ladders = {
  'early-media': async () => {
    const scene = new Scene();
    const pair = scene.pair();
    const call = pair[0].agent.call(callee);
    await scene.pass(500);
    pair[1].session.progress();
    await scene.pass(2000);
    pair[1].session.answer();
    await scene.pass(1000);
    call.hangUp();
    await scene.pass(500);
    return scene.ladder();
  },

  'late-offer': async () => {
    const scene = new Scene();
    const pair = scene.pair();
    pair[0].agent.call(callee, { lateOffer: true });
    await scene.pass(500);
    pair[1].session.answer();
    await scene.pass(500);
    return scene.ladder();
  },

  're-invite': async () => {
    const scene = new Scene();
    const call = await talking(scene.pair(), scene);
    scene.begin();
    call.restartMedia({ iceRestart: true });
    await scene.pass(500);
    return scene.ladder();
  },

  glare: async () => {
    const scene = new Scene();
    const pair = scene.pair();
    const call = await talking(pair, scene);
    scene.begin();
    call.hold();
    pair[1].session.hold();
    await scene.pass(6000);
    return scene.ladder();
  },

  update: async () => {
    const scene = new Scene();
    const call = await talking(scene.pair(), scene);
    scene.begin();
    call.update();
    await scene.pass(1000);
    call.update({ media: true });
    await scene.pass(1000);
    return scene.ladder();
  },

  'session-timer': async () => {
    const scene = new Scene();
    const pair = scene.pair({ sessionExpires: 90 }, { sessionExpires: 90 });
    await talking(pair, scene);
    await scene.pass(100_000);
    return scene.ladder();
  },

  'session-expired': async () => {
    const scene = new Scene();
    const pair = scene.pair({ sessionExpires: 90 }, { sessionExpires: 90 });
    await talking(pair, scene);
    scene.network.drop = ({ from }) => from.host === pair[0].host.address;
    await scene.pass(62_000);
    return scene.ladder();
  },

  'blind-transfer': async () => {
    const { scene, bob, carol, call: answered } = await three();
    const call = await answered(bob, 'bob');
    scene.begin();
    call.transfer('carol');
    await scene.pass(1000);
    carol.session.answer();
    await scene.pass(1000);
    return scene.ladder(['alice', 'bob', 'carol'], 'hidden');
  },

  'attended-transfer': async () => {
    const { scene, bob, carol, call: answered } = await three();
    const call = await answered(bob, 'bob');
    call.hold();
    await scene.pass(500);
    const consultation = await answered(carol, 'carol');
    scene.begin();
    call.transferTo(consultation);
    await scene.pass(2000);
    return scene.ladder(['alice', 'bob', 'carol'], 'hidden');
  },

  redirect: async () => {
    const scene = new Scene();
    const server = scene.element('redirector');
    server.answer = (transaction) => {
      const { request } = transaction;
      const moved = request.method === 'INVITE' && request.uriText === callee;
      if (!moved) return transaction.respond(createResponse(request, request.method === 'INVITE' ? 486 : 200));
      transaction.respond(
        createResponse(request, 302, { toTag: 'r', headers: [['Contact', '<sip:carol@example.com>']] }),
      );
    };
    scene.agent('alice', { at: server.host.address }).agent.call(callee);
    await scene.pass(500);
    return scene.ladder(['alice', 'redirector']);
  },

  refer: async () => {
    const { scene, alice, carol } = await three();
    alice.agent.refer('bob', 'sip:carol@example.com', () => {});
    await scene.pass(1000);
    carol.session.answer();
    await scene.pass(1000);
    return scene.ladder(['alice', 'bob', 'carol'], 'hidden');
  },

  'refused-media': async () => {
    const scene = new Scene();
    const pair = scene.pair(
      {},
      {
        sessionDescription: () => {
          const description = new FakeSessionDescription(addressOf('bob'));
          description.refuse = { status: 488, warning: '399 192.0.2.11 "Encrypted media only"' };
          return description;
        },
      },
    );
    pair[0].agent.call(callee);
    await scene.pass(500);
    pair[1].session.answer();
    await scene.pass(500);
    return scene.ladder();
  },

  'refused-body': async () => {
    const scene = new Scene();
    const element = scene.element('anybody');
    scene.agent('bob', { at: upstream });
    const headers = [
      ['Contact', '<sip:anybody@192.0.2.2>'],
      ['Content-Type', 'application/chess-moves'],
    ] as const;
    const invite = element.newRequest('INVITE', 'sip:bob@192.0.2.11', { headers, body: 'e4' });
    element.send(invite, { destination: { transport: 'UDP', host: '192.0.2.11', port: 5060 } });
    await scene.pass(500);
    return scene.ladder(['anybody', 'bob']);
  },

  pickup: async () => {
    const { scene, alice, bob, carol } = await three();
    alice.agent.call(callee);
    await scene.pass(300);
    bob.session.answer();
    await scene.pass(500);
    const { dialog } = bob.agent.snapshot().sessions[0] ?? {};
    if (!dialog) throw new Error('no call to pick up');
    const { callId, localTag, remoteTag } = dialog;
    scene.begin();
    carol.agent.call('sip:alice@example.com', { replaces: { callId, toTag: remoteTag, fromTag: localTag } });
    await scene.pass(1000);
    return scene.ladder(['alice', 'bob', 'carol'], 'hidden');
  },

  trickle: async () => {
    const scene = new Scene();
    const options = (user: string): PhoneOptions => ({
      infoPackages: [trickleIce],
      sessionDescription: () => new IceDescription(addressOf(user)),
    });
    const call = await talking(scene.pair(options('alice'), options('bob')), scene);
    const found = (...hosts: number[]): string =>
      [
        call.localDescription,
        ...hosts.map((n) => `a=candidate:${n} 1 UDP ${n} 192.0.2.10 ${5000 + n} typ host\r\n`),
      ].join('');
    scene.begin();
    call.trickle(found(1));
    call.trickle(found(1, 2), true);
    await scene.pass(500);
    return scene.ladder();
  },

  b2bua: async () => {
    const scene = new Scene();
    const legs = new Map<Session, Session>();
    const ended = (session: Session): void => legs.get(session)?.hangUp();
    const right: TestAgent = scene.agent('right', {
      at: addressOf('bob'),
      events: { session: (call) => call.state === 'connected' && legs.get(call)?.answer(), ended },
    });
    const incoming = (call: Session): void => {
      const onward = right.agent.call(callee);
      legs.set(call, onward).set(onward, call);
    };
    scene.agent('left', { at: addressOf('alice'), events: { incoming, ended } });
    const alice = scene.agent('alice', { at: addressOf('left') });
    const bob = scene.agent('bob', { at: addressOf('right') });
    const call = alice.agent.call('sip:left@example.com');
    await scene.pass(1000);
    bob.session.answer();
    await scene.pass(1000);
    call.hangUp();
    await scene.pass(500);
    return scene.ladder(['alice', 'left', 'right', 'bob']);
  },
};

/** A description with ICE. */
class IceDescription extends FakeSessionDescription {
  override async createOffer(wish: OfferWish): Promise<string> {
    return `${await super.createOffer(wish)}${ice}`;
  }

  override async createAnswer(offer: string, wish: { readonly hold: boolean }): Promise<string> {
    return `${await super.createAnswer(offer, wish)}${ice}`;
  }
}

const ice = 'a=mid:0\r\na=ice-options:trickle\r\na=ice-ufrag:user\r\na=ice-pwd:a-password-of-22-characters\r\n';

/** Alice, Bob and Carol behind a proxy, and a way for Alice to call one of them who answers. */
async function three() {
  const scene = new Scene();
  scene.proxy();
  const phone = (user: string) => scene.agent(user, { events: { referred: (referral) => void referral.accept() } });
  const [alice, bob, carol] = [phone('alice'), phone('bob'), phone('carol')];
  await scene.pass(1);
  const call = async (to: TestAgent, name: string): Promise<Session> => {
    const made = alice.agent.call(name);
    await scene.pass(300);
    to.session.answer();
    await scene.pass(500);
    return made;
  };
  return { scene, alice, bob, carol, call };
}
