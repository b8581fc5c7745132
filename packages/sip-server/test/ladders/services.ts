import { createResponse, messageSummary, type Presence, presence } from '@ringback/sip';
import { bob, type Ladders, ready, talking } from './ladder.ts';
import { Scene, upstream } from './scene.ts';

const state = (basic: 'open' | 'closed'): Presence => ({ entity: bob, tuples: [{ id: '1', basic }] });

/** What SIP carries besides calls. */
export const services: Ladders = {
  subscribe: async () => {
    const scene = new Scene();
    const [alice, callee] = scene.pair();
    let tell = (_: Presence): void => {};
    callee.agent.notifier(presence, {
      subscribed: (subscription) => {
        subscription.notify(state('closed'));
        tell = (value) => subscription.notify(value);
      },
    });
    const subscription = alice.agent.subscribe(bob, presence);
    await scene.pass(5000);
    tell(state('open'));
    await scene.pass(5000);
    subscription.unsubscribe();
    await scene.pass(1000);
    return scene.ladder();
  },

  message: async () => {
    const { scene, alice } = await ready({}, { events: { message() {} } });
    void alice.agent.sendMessage(bob, { contentType: 'text/plain', body: 'Lunch?' });
    await scene.pass(1000);
    return scene.ladder(['alice', 'server', 'bob']);
  },

  fetch: async () => {
    const scene = new Scene();
    const [alice, callee] = scene.pair();
    callee.agent.notifier(messageSummary, {
      subscribed: (subscription) => subscription.notify({ waiting: true, messages: new Map() }),
    });
    alice.agent.subscribe(bob, messageSummary, { expires: 0 });
    await scene.pass(1000);
    return scene.ladder();
  },

  publish: async () => {
    const scene = new Scene();
    const compositor = scene.element('compositor');
    let version = 0;
    compositor.answer = (transaction) => {
      const etag = ['SIP-ETag', `v${++version}`] as const;
      transaction.respond(createResponse(transaction.request, 200, { headers: [etag, ['Expires', '3600']] }));
    };
    const alice = scene.agent('alice', { at: upstream });
    const publication = alice.agent.publish(presence, state('open'));
    await scene.pass(5000);
    publication.update(state('closed'));
    await scene.pass(5000);
    publication.remove();
    await scene.pass(1000);
    return scene.ladder(['alice', 'compositor']);
  },

  options: async () => {
    const scene = new Scene();
    const element = scene.element('anybody');
    scene.agent('bob', { at: upstream });
    const ask = element.newRequest('OPTIONS', 'sip:bob@192.0.2.11', {});
    element.send(ask, { destination: { transport: 'UDP', host: '192.0.2.11', port: 5060 } });
    await scene.pass(500);
    return scene.ladder(['anybody', 'bob']);
  },

  info: async () => {
    const scene = new Scene();
    const call = await talking(scene.pair(), scene);
    scene.begin();
    void call.sendDtmfInfo('5');
    await scene.pass(500);
    return scene.ladder();
  },
};
