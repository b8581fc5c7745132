import { expect, onTestFinished, test } from 'vitest';
import type { EventPackage } from '../../events/index.ts';
import { createResponse, type SipRequest } from '../../message/index.ts';
import {
  assertIdle,
  MemoryNetwork,
  seededRandom,
  TestAgent,
  TestElement,
  VirtualClock,
  Wire,
} from '../../testing/index.ts';
import type { IncomingSubscription, NotifierOptions } from './incoming-subscription.ts';
import type { Publication } from './publication.ts';

type Fields = (readonly [string, string])[];

const mood: EventPackage<string> = {
  name: 'mood',
  accept: ['text/plain'],
  read: (_type, body) => ({ ok: true, value: new TextDecoder().decode(body) }),
  write: (value) => ({ contentType: 'text/plain', body: value }),
};

/** An agent on a WebSocket, and a watcher that answers as the test says. */
function setUp() {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(4) });
  const wire = new Wire(network);
  const watcher = new TestElement(network, '192.0.2.9', { listen: [['WS', 80]] });
  const alice = new TestAgent(network, '192.0.2.1', {
    user: 'alice',
    server: { transport: 'WS', host: '192.0.2.9', port: 80 },
  });
  const script: ((request: SipRequest) => readonly [number, Fields?] | undefined)[] = [];
  watcher.answer = (transaction) => {
    const next = script.length > 1 ? script.shift() : script[0];
    const [status, headers = []] = next ? (next(transaction.request) ?? []) : [200];
    if (status !== undefined) transaction.respond(createResponse(transaction.request, status, { toTag: 'r', headers }));
  };
  const subscriptions: IncomingSubscription<string>[] = [];
  const ended: string[] = [];
  const serve = async (
    subscribed?: (subscription: IncomingSubscription<string>) => void,
    options: Partial<NotifierOptions<string>> = {},
  ) => {
    alice.agent.notifier(mood, {
      subscribed: (subscription) => {
        subscriptions.push(subscription);
        subscribed?.(subscription);
      },
      ended: (_subscription, reason) => ended.push(reason),
      ...options,
    });
    alice.agent.start();
    await clock.advanceSettled(500);
  };
  /** SUBSCRIBE, or its refresh when `to` has a tag. */
  const ask = async (
    headers: Fields = [],
    parts: { to?: string; callId?: string; cseq?: number; from?: string | undefined } = {},
  ) => {
    const [flow] = watcher.opened;
    if (!flow) throw new Error('no flow');
    const named = (name: string) => headers.some(([each]) => each === name);
    let request = watcher.newRequest('SUBSCRIBE', 'sip:alice@example.com', {
      headers: [
        ['Contact', '<sip:watcher@192.0.2.9>'],
        ...(named('Event') ? [] : [['Event', 'mood;id=7'] as const]),
        ...(named('Expires') ? [] : [['Expires', '600'] as const]),
        ...headers,
      ],
      ...parts,
    });
    if (parts.from) request = request.with({ headers: request.headers.with('From', parts.from) });
    const outcome = watcher.send(request, { flow });
    await clock.advanceSettled(100);
    return outcome;
  };
  type Asked = Awaited<ReturnType<typeof ask>>;
  const again = ({ responses: [response] }: Asked, cseq: number, headers: Fields = []) =>
    ask(headers, {
      to: response?.headers.get('to') ?? '',
      callId: response?.callId ?? '',
      from: response?.headers.get('from'),
      cseq,
    });
  const notifies = () =>
    wire.requests('NOTIFY').map(({ message }) => {
      const state = message.headers.get('subscription-state');
      return `${state} ${new TextDecoder().decode(message.body)}`.trim();
    });
  onTestFinished(async () => {
    const stopped = alice.agent.stop();
    await clock.advanceSettled(200_000);
    await stopped;
    watcher.transport.close();
    await clock.advanceSettled(200_000);
    assertIdle(alice.agent, clock);
  });
  return { clock, wire, watcher, alice, script, subscriptions, ended, serve, ask, again, notifies };
}

test('accepts with 200 and Expires, and notifies at once with Contact and the Event as asked (RFC 6665 §4.2.1, UAS-031)', async () => {
  const { serve, ask, notifies, wire, subscriptions } = setUp();
  await serve((subscription) => subscription.notify('glad'));
  const { responses } = await ask();
  expect(responses[0]).toMatchObject({ status: 200, expires: 600 });
  expect(responses[0]?.contacts).toHaveLength(1);
  expect(notifies()).toEqual(['active;expires=600 glad']);
  const [notify] = wire.requests('NOTIFY');
  expect(notify?.message.headers.get('event')).toBe('mood;id=7');
  expect(notify?.message.contacts).toHaveLength(1);
  expect(notify?.message.uriText).toBe('sip:watcher@192.0.2.9');
  expect(wire.story.slice(-4)).toEqual(['SUBSCRIBE', '200 SUBSCRIBE', 'NOTIFY', '200 NOTIFY']);
  expect(subscriptions[0]?.state).toBe('active');
});

test('who is not decided about is pending, then active or rejected (RFC 6665 §4.2.2)', async () => {
  const { serve, ask, notifies, subscriptions, clock, ended } = setUp();
  await serve();
  await ask();
  await ask();
  subscriptions[0]?.notify('glad');
  subscriptions[1]?.reject();
  await clock.advanceSettled(1000);
  expect(notifies()).toEqual([
    'pending;expires=600',
    'pending;expires=600',
    'terminated;reason=rejected',
    'active;expires=599 glad',
  ]);
  expect(ended).toEqual(['rejected']);
});

test('unknown events are 489 with Allow-Events, too brief is 423, no Contact 400, an unknown type 406, too many 480 (RFC 6665 §4.2.1.1, UAS-031)', async () => {
  const { serve, ask, notifies, subscriptions } = setUp();
  await serve((subscription) => subscription.reject(603), { most: 1 });
  const bad = await ask([['Event', 'moon']]);
  expect(bad.statuses).toEqual([489]);
  expect(bad.responses[0]?.allowEvents).toEqual(['mood']);
  const brief = await ask([['Expires', '30']]);
  expect(brief.statuses).toEqual([423]);
  expect(brief.responses[0]?.minExpires).toBe(60);
  expect((await ask([['Accept', 'text/xml']])).statuses).toEqual([406]);
  expect((await ask()).statuses).toEqual([603]);
  expect(notifies()).toEqual([]);
  expect(subscriptions).toHaveLength(1);
});

test('beyond the limit of subscriptions the next is 480', async () => {
  const { serve, ask } = setUp();
  await serve((subscription) => subscription.notify('glad'), { most: 1 });
  expect((await ask()).statuses).toEqual([200]);
  expect((await ask()).statuses).toEqual([480]);
});

test('changes are told one at a time, the newest, and not more often than the interval (RFC 6665 §4.2.2)', async () => {
  const { serve, ask, notifies, subscriptions, clock } = setUp();
  await serve((subscription) => subscription.notify('a'), { interval: 5000 });
  await ask();
  for (const value of ['b', 'c', 'd']) {
    subscriptions[0]?.notify(value);
    await clock.advanceSettled(1000);
  }
  expect(notifies()).toHaveLength(1);
  await clock.advanceSettled(2000);
  expect(notifies()).toEqual(['active;expires=600 a', 'active;expires=595 d']);
});

test('a refresh is answered and told the state at once, even within the interval; an unsubscribe has the last NOTIFY (RFC 6665 §4.2.1.2, UAS-031)', async () => {
  const { serve, ask, again, notifies, ended, alice } = setUp();
  await serve((subscription) => subscription.notify('a'), { interval: 5000 });
  const first = await ask();
  const refresh = await again(first, 2, [['Expires', '300']]);
  expect(refresh.responses[0]).toMatchObject({ status: 200, expires: 300 });
  expect((await again(first, 3, [['Expires', '5']])).statuses).toEqual([423]);
  expect((await again(first, 4, [['Event', 'mood;id=8']])).statuses).toEqual([200]);
  expect((await again(first, 5, [['Expires', '0']])).responses[0]?.expires).toBe(0);
  expect(notifies()).toEqual([
    'active;expires=600 a',
    'active;expires=300 a',
    'active;expires=600 a',
    'terminated;reason=timeout a',
  ]);
  expect(ended).toEqual(['timeout']);
  expect(alice.counts.dialogs).toBe(1);
});

test('what is not refreshed ends with reason=timeout (RFC 6665 §4.2.2, UAS-031)', async () => {
  const { serve, ask, notifies, clock, ended, alice } = setUp();
  await serve((subscription) => subscription.notify('a'));
  await ask();
  await clock.advanceSettled(600_100);
  expect(notifies().at(-1)).toBe('terminated;reason=timeout a');
  expect(ended).toEqual(['timeout']);
  expect(alice.counts.dialogs).toBe(0);
});

test('a fetch is answered by one NOTIFY (RFC 6665 §4.4.3)', async () => {
  const { serve, ask, notifies, alice } = setUp();
  await serve((subscription) => subscription.notify('a'));
  expect((await ask([['Expires', '0']])).responses[0]?.expires).toBe(0);
  expect(notifies()).toEqual(['terminated;reason=timeout a']);
  expect(alice.counts.dialogs).toBe(0);
});

test.each([
  [481, 0],
  [404, 0],
  [489, 0],
  [500, 1],
  [415, 1],
])('a NOTIFY answered %i leaves %i subscriptions (RFC 6665 §4.2.2, RFC 5057 §5.1)', async (status, left) => {
  const { serve, ask, alice, script, ended } = setUp();
  script.push(() => [status]);
  await serve((subscription) => subscription.notify('a'));
  await ask();
  expect(alice.counts.dialogs).toBe(left);
  expect(ended).toHaveLength(1 - left);
});

test('a NOTIFY without answer ends the subscription (Timer F, RFC 6665 §4.2.2)', async () => {
  const { serve, ask, alice, script, clock, ended } = setUp();
  script.push(() => undefined);
  await serve((subscription) => subscription.notify('a'));
  await ask();
  await clock.advanceSettled(33_000);
  expect(ended).toEqual(['']);
  expect(alice.counts).toMatchObject({ dialogs: 0, transactions: 0 });
});

test('without a flow the newest state waits for the next', async () => {
  const { serve, ask, notifies, watcher, clock, subscriptions } = setUp();
  await serve((subscription) => subscription.notify('a'));
  await ask();
  watcher.opened.at(-1)?.close();
  await clock.advanceSettled(10);
  subscriptions[0]?.notify('b');
  subscriptions[0]?.notify('c');
  expect(notifies()).toHaveLength(1);
  await clock.advanceSettled(2000);
  expect(
    notifies()
      .slice(1)
      .map((line) => line.at(-1)),
  ).toEqual(['c']);
});

const publish = async (steps: ReturnType<typeof setUp>['script']) => {
  const scene = setUp();
  scene.script.push(...steps);
  await scene.serve();
  const publication: Publication<string> = scene.alice.agent.publish(mood, 'glad', { expires: 600 });
  await scene.clock.advanceSettled(100);
  const published = () =>
    scene.wire.requests('PUBLISH').map(({ message }) => {
      const etag = message.headers.get('sip-if-match') ?? '-';
      return `${etag} ${message.expires} ${new TextDecoder().decode(message.body)}`.trim();
    });
  return { ...scene, publication, published };
};
const stored = (etag: string) => () =>
  [
    200,
    [
      ['SIP-ETag', etag],
      ['Expires', '600'],
    ] as Fields,
  ] as const;

test('publishes, refreshes without a body, modifies and removes by the entity tag (RFC 3903 §4, trap 4.9 #118)', async () => {
  const { publication, published, clock } = await publish([stored('a'), stored('b'), stored('c'), stored('d')]);
  expect(publication.state.state).toBe('published');
  await clock.advanceSettled(545_000);
  publication.update('sad');
  await clock.advanceSettled(100);
  publication.remove();
  await clock.advanceSettled(100);
  expect(published()).toEqual(['- 600 glad', 'a 600', 'b 600 sad', 'c 0']);
  expect(publication.state.state).toBe('removed');
});

test('412 has the whole published anew without the tag (RFC 3903 §4.1, trap 4.9 #118)', async () => {
  const { publication, published, clock } = await publish([stored('a'), () => [412], stored('b')]);
  await clock.advanceSettled(545_000);
  expect(published()).toEqual(['- 600 glad', 'a 600', '- 600 glad']);
  expect(publication.state.state).toBe('published');
});

test('423 is asked again with its minimum, 489 is final (RFC 3903 §4, trap 4.9 #118)', async () => {
  const { publication, published } = await publish([() => [423, [['Min-Expires', '900']]], () => [489]]);
  expect(published()).toEqual(['- 600 glad', '- 900 glad']);
  expect(publication.state).toEqual({ state: 'failed', status: 489 });
});

test('one PUBLISH at a time: what changes meanwhile goes with the next (RFC 3903 §4.1)', async () => {
  const { publication, published, clock, watcher, script } = await publish([() => undefined, stored('b'), stored('c')]);
  publication.update('sad');
  publication.update('mad');
  await clock.advanceSettled(100);
  expect(published()).toHaveLength(1);
  const first = watcher.requests.at(-1);
  first?.respond(
    createResponse(first.request, 200, {
      toTag: 'r',
      headers: [
        ['SIP-ETag', 'a'],
        ['Expires', '600'],
      ],
    }),
  );
  await clock.advanceSettled(100);
  expect(published()).toEqual(['- 600 glad', 'a 600 mad']);
  expect(script).toHaveLength(1);
});

test('a removal waits for the tag of the PUBLISH under way (RFC 3903 §4.1)', async () => {
  const { publication, published, clock, watcher } = await publish([() => undefined, stored('b')]);
  publication.remove();
  await clock.advanceSettled(100);
  expect(published()).toEqual(['- 600 glad']);
  const first = watcher.requests.at(-1);
  first?.respond(createResponse(first.request, 200, { toTag: 'r', headers: [['SIP-ETag', 'a']] }));
  await clock.advanceSettled(100);
  expect(published()).toEqual(['- 600 glad', 'a 0']);
  expect(publication.state.state).toBe('removed');
});
