import { presence } from '@ringback/sip';
import { bob, type Ladders, talking } from './ladder.ts';
import { addressOf, Scene } from './scene.ts';

/** How messages find their way, and what is done where they get lost. */
export const network: Ladders = {
  retransmission: async () => {
    const scene = new Scene();
    const pair = scene.pair();
    const { network } = scene;
    const lose = (loss: number): void => {
      network.conditions = { ...network.conditions, loss };
    };
    lose(1);
    pair[0].agent.call(bob);
    await scene.pass(1000);
    lose(0);
    await scene.pass(2000);
    lose(1);
    pair[1].session.answer();
    await scene.pass(400);
    lose(0);
    await scene.pass(1000);
    return scene.ladder();
  },

  register: async () => {
    const scene = new Scene();
    scene.server();
    const alice = await scene.phone('alice');
    await scene.pass(3000);
    alice.agent.unregister();
    await scene.pass(1000);
    return scene.ladder(['alice', 'server']);
  },

  proxy: async () => {
    const scene = new Scene();
    scene.proxy();
    const pair = [scene.agent('alice'), scene.agent('bob')] as const;
    const call = await talking(pair, scene);
    call.hangUp();
    await scene.pass(500);
    return scene.ladder(['alice', 'proxy', 'bob']);
  },

  'keep-alive': async () => {
    const scene = new Scene();
    scene.server();
    const alice = await scene.phone('alice');
    scene.begin();
    await scene.pass(40_000);
    scene.network.partition(alice.host.address, '192.0.2.1');
    await scene.pass(40_000);
    scene.network.heal();
    await scene.pass(3000);
    return scene.ladder(['alice', 'server'], 'keep-alives');
  },

  timeout: async () => {
    const scene = new Scene();
    const alice = scene.agent('alice', { at: addressOf('bob') });
    scene.nobody('bob');
    const call = alice.agent.call(bob);
    await scene.pass(40_000);
    if (call.end?.kind !== 'timeout') throw new Error('somebody was there');
    return scene.ladder();
  },

  'refused-syntax': async () => {
    const scene = new Scene();
    const peer = scene.peer('alice');
    scene.agent('bob', { at: addressOf('alice') });
    peer.send(
      [
        'OPTIONS sip:bob@192.0.2.11 SIP/2.0',
        'Via: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK1',
        'From: <sip:alice@example.com>;tag=a',
        'To: <sip:bob@example.com>',
        'Call-ID: two-words-for-one-thing',
        'CSeq: 1 INVITE',
        '',
        '',
      ].join('\n'),
      { transport: 'UDP', host: addressOf('bob'), port: 5060 },
    );
    await scene.pass(500);
    return scene.ladder();
  },

  'a-message': async () => {
    const scene = new Scene();
    const alice = scene.agent('alice', { at: addressOf('bob') });
    scene.agent('bob', { at: addressOf('alice') });
    alice.agent.subscribe(bob, presence, { expires: 0 });
    await scene.pass(1);
    return `${scene.text('SUBSCRIBE', addressOf('alice'))}\n`;
  },
};
