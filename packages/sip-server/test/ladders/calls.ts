import { cut } from '@ringback/sip/testing';
import { answered, bob, type Ladders, people, ready } from './ladder.ts';
import { addressOf, Scene, upstream } from './scene.ts';

/** What becomes of calls through the gateway's SIP server. */
export const calls: Ladders = {
  'basic-call': async () => {
    const { scene, call } = await answered();
    await scene.pass(3000);
    call.hangUp();
    await scene.pass(500);
    return scene.ladder(people);
  },

  challenged: async () => {
    const { scene, call } = await answered({}, {}, []);
    await scene.pass(3000);
    call.hangUp();
    await scene.pass(500);
    return scene.ladder(people);
  },

  cancel: async () => {
    const { scene, alice } = await ready();
    const call = alice.agent.call(bob);
    await scene.pass(2000);
    call.hangUp();
    await scene.pass(500);
    return scene.ladder(people);
  },

  declined: async () => {
    const { scene, alice, bob: callee } = await ready();
    alice.agent.call(bob);
    await scene.pass(2000);
    callee.session.reject();
    await scene.pass(500);
    return scene.ladder(people);
  },

  'no-answer': async () => {
    const { scene, alice } = await ready({ ringSeconds: 30 });
    alice.agent.call(bob);
    await scene.pass(31_000);
    return scene.ladder(people);
  },

  hold: async () => {
    const { scene, call } = await answered();
    scene.begin();
    call.hold();
    await scene.pass(5000);
    call.resume();
    await scene.pass(500);
    return scene.ladder(people);
  },

  fork: async () => {
    const { scene, alice } = await ready();
    const second = await scene.phone('bob', { second: true });
    scene.begin();
    alice.agent.call(bob);
    await scene.pass(2000);
    second.session.answer();
    await scene.pass(500);
    return scene.ladder([...people, 'bob 2']);
  },

  'fork-answers': async () => {
    const { scene, alice, bob: callee } = await ready();
    const second = await scene.phone('bob', { second: true });
    scene.begin();
    alice.agent.call(bob);
    await scene.pass(1000);
    callee.session.answer();
    second.session.answer();
    await scene.pass(500);
    return scene.ladder([...people, 'bob 2']);
  },

  location: async () => {
    const { scene, alice, bob: callee } = await ready();
    for (const flow of callee.host.connections) cut(flow);
    await scene.pass(20);
    alice.agent.call(bob);
    await scene.pass(1000);
    callee.session.answer();
    await scene.pass(500);
    return scene.ladder(people);
  },

  loop: async () => {
    const { scene } = await ready({}, {}, [upstream]);
    const element = scene.element('element');
    const server = { destination: { transport: 'UDP', host: '192.0.2.1', port: 5060 } } as const;
    const ask = element.newRequest('OPTIONS', bob);
    element.send(ask, server);
    await scene.pass(100);
    const via = /^Via: (.*)$/m.exec(scene.text('OPTIONS', '192.0.2.1'))?.[1] ?? '';
    element.send(ask.with({ headers: ask.headers.append('Via', via) }), server);
    await scene.pass(100);
    return scene.ladder(['element', 'server', 'bob']);
  },

  oversized: async () => {
    const scene = new Scene();
    scene.server({ trusts: [addressOf('alice')] });
    const alice = await scene.phone('alice');
    const callee = await scene.phone('bob', { transport: 'UDP' });
    callee.host.listen('TCP', 5060);
    scene.begin();
    const call = alice.agent.call(bob, { headers: [['X-Large', 'x'.repeat(1300)]] });
    await scene.pass(1000);
    callee.session.answer();
    await scene.pass(1000);
    call.hangUp();
    await scene.pass(500);
    return scene.ladder(people, 'apart');
  },

  recovery: async () => {
    const { scene, alice, call } = await answered();
    scene.begin();
    await scene.pass(1000);
    for (const flow of alice.host.connections) cut(flow);
    await scene.pass(3000);
    call.hangUp();
    await scene.pass(500);
    return scene.ladder(people);
  },

  unreachable: async () => {
    const { scene, alice } = await ready();
    alice.agent.call('sip:nobody@example.com');
    await scene.pass(1000);
    alice.agent.call('sip:carol@example.com');
    await scene.pass(500);
    return scene.ladder(['alice', 'server']);
  },

  edge: async () => {
    const scene = new Scene();
    scene.server({ address: upstream, trusts: ['192.0.2.1'] });
    scene.server({ kind: 'edge' });
    const alice = await scene.phone('alice');
    await scene.phone('bob');
    scene.begin();
    alice.agent.call(bob);
    await scene.pass(500);
    return scene.ladder(['alice', 'bob', 'edge', 'upstream']);
  },

  path: async () => {
    const scene = new Scene();
    scene.server({ address: upstream, trusts: ['192.0.2.1'] });
    scene.server({ kind: 'edge' });
    await scene.phone('alice');
    return scene.ladder(['alice', 'edge', 'upstream']);
  },

  gruu: async () => {
    const { scene, alice, bob: callee } = await ready();
    await scene.phone('bob', { second: true });
    scene.begin();
    const { instanceId } = callee.agent.snapshot();
    alice.agent.call(`${bob};gr=${instanceId}`);
    await scene.pass(1000);
    return scene.ladder([...people, 'bob 2']);
  },
};
