import { expect, onTestFinished, test } from 'vitest';
import type { EventPackage } from '../../events/index.ts';
import { createRequest, createResponse, Headers, type SipRequest } from '../../message/index.ts';
import {
  assertIdle,
  MemoryNetwork,
  seededRandom,
  TestAgent,
  TestElement,
  VirtualClock,
  Wire,
} from '../../testing/index.ts';
import type { UserAgentEvents } from '../options.ts';
import type { SubscribeOptions, Subscription } from './subscription.ts';

type Fields = (readonly [string, string])[];

/** A package of whole numbers; `+n` is a part that fits only `n - 1`. */
const counter: EventPackage<number> = {
  name: 'counter',
  accept: ['text/plain'],
  read: (_type, body, before) => {
    const text = new TextDecoder().decode(body);
    const value = Number(text);
    if (Number.isNaN(value)) return { ok: false, reason: 'malformed' };
    if (text.startsWith('+') && before !== value - 1) return { ok: false, reason: 'gap' };
    return { ok: true, value };
  },
  write: (value) => ({ contentType: 'text/plain', body: String(value) }),
};

/** An agent on a WebSocket, and a notifier that does as the test says. */
function setUp(events: Partial<UserAgentEvents> = {}) {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(4) });
  const wire = new Wire(network);
  const server = new TestElement(network, '192.0.2.9', { listen: [['WS', 80]] });
  const alice = new TestAgent(network, '192.0.2.1', {
    user: 'alice',
    server: { transport: 'WS', host: '192.0.2.9', port: 80 },
    options: { events },
  });
  const script: ((request: SipRequest) => readonly [number, Fields?] | undefined)[] = [];
  server.answer = (transaction) => {
    const next = script.length > 1 ? script.shift() : script[0];
    const [status, headers = []] = next ? (next(transaction.request) ?? []) : [200, [['Expires', '600']] as Fields];
    if (status !== undefined) {
      const contact = ['Contact', '<sip:n@192.0.2.9>'] as const;
      transaction.respond(createResponse(transaction.request, status, { toTag: 'n', headers: [contact, ...headers] }));
    }
  };
  let cseq = 0;
  /** A NOTIFY of the last SUBSCRIBE, or of the one given. */
  const notify = (
    state: string | undefined,
    parts: {
      body?: string;
      tag?: string;
      event?: string;
      cseq?: number;
      asked?: SipRequest | undefined;
      headers?: Fields;
      type?: string;
    } = {},
  ) => {
    const asked = parts.asked ?? subscribes().at(-1);
    cseq = parts.cseq ?? cseq + 1;
    const request = createRequest({
      method: 'NOTIFY',
      uri: asked?.contacts[0]?.uriText ?? '',
      headers: Headers.of(
        ['Max-Forwards', '70'],
        ['From', `<sip:bob@example.com>;tag=${parts.tag ?? 'n'}`],
        ['To', asked?.headers.get('from') ?? ''],
        ['Call-ID', asked?.callId ?? ''],
        ['CSeq', `${cseq} NOTIFY`],
        ['Contact', '<sip:n@192.0.2.9>'],
        ['Event', parts.event ?? 'counter'],
        ...(state === undefined ? [] : [['Subscription-State', state] as const]),
        ...(parts.body === undefined ? [] : [['Content-Type', parts.type ?? 'text/plain'] as const]),
        ...(parts.headers ?? []),
      ),
      body: parts.body,
    });
    const flow = server.opened.at(-1);
    if (!flow) throw new Error('no flow');
    return server.send(request, { flow });
  };
  const subscribes = () => wire.requests('SUBSCRIBE').map(({ message }) => message);
  const values: number[] = [];
  const states: string[] = [];
  const subscribe = (options: SubscribeOptions<number> = {}): Subscription<number> =>
    alice.agent.subscribe('sip:bob@example.com', counter, {
      value: (value) => values.push(value),
      changed: ({ state }) => states.push(state.reason ? `${state.state} ${state.reason}` : state.state),
      ...options,
    });
  const start = async () => {
    alice.agent.start();
    await clock.advanceSettled(500);
  };
  // Nothing is left once it has stopped and what it sent has run out (§17.1.2.2).
  onTestFinished(async () => {
    const stopped = alice.agent.stop();
    await clock.advanceSettled(200_000);
    await stopped;
    server.transport.close();
    await clock.advanceSettled(200_000);
    assertIdle(alice.agent, clock);
  });
  return { clock, network, wire, server, alice, script, notify, subscribes, subscribe, values, states, start };
}

test('subscribes, is told the state, refreshes in the dialog before the end, and unsubscribes with a last NOTIFY (RFC 6665 §4.1.2, UAC-033)', async () => {
  const { clock, start, subscribe, subscribes, notify, values, states } = setUp();
  await start();
  const subscription = subscribe({ expires: 600 });
  await clock.advanceSettled(100);
  expect(subscribes()[0]).toMatchObject({ expires: 600, event: { package: 'counter' } });
  expect(subscribes()[0]?.headers.get('accept')).toBe('text/plain');
  expect(subscription.state.state).toBe('subscribing');
  const told = notify('active;expires=600', { body: '1' });
  await clock.advanceSettled(100);
  expect(told.statuses).toEqual([200]);
  expect(values).toEqual([1]);
  await clock.advanceSettled(545_000);
  expect(subscribes()).toHaveLength(2);
  expect(subscribes()[1]?.toTag).toBe('n');
  expect(subscribes()[1]?.cseq.number).toBe(2);
  notify('active;expires=600', { body: '2' });
  await clock.advanceSettled(100);
  subscription.unsubscribe();
  await clock.advanceSettled(100);
  expect(subscribes()[2]?.expires).toBe(0);
  expect(subscription.state.state).toBe('active');
  const last = notify('terminated;reason=timeout', { body: '3' });
  await clock.advanceSettled(100);
  expect(last.statuses).toEqual([200]);
  expect(values).toEqual([1, 2, 3]);
  expect(states).toEqual(['active', 'terminated timeout']);
});

const ok = (seconds: number) => () =>
  [200, [['Expires', String(seconds)]]] as const satisfies readonly [number, Fields];
const silent = () => undefined;

test('a NOTIFY that comes before the 2xx forms the dialog, with the route set of its own (RFC 6665 §4.4.1, trap 4.4 #68, trap 4.9 #115, UAC-033)', async () => {
  const { clock, server, start, script, subscribe, subscribes, notify, values } = setUp();
  script.push(silent, ok(600));
  await start();
  const subscription = subscribe();
  await clock.advanceSettled(100);
  const told = notify('active;expires=600', { body: '7', headers: [['Record-Route', '<sip:edge.example.com;lr>']] });
  await clock.advanceSettled(100);
  expect(told.statuses).toEqual([200]);
  expect(values).toEqual([7]);
  expect(subscription.state.state).toBe('active');
  const first = server.requests[0];
  first?.respond(createResponse(first.request, 200, { toTag: 'n', headers: [['Expires', '600']] }));
  subscription.refresh();
  await clock.advanceSettled(100);
  expect(subscribes()[1]?.headers.list('route')).toEqual(['<sip:edge.example.com;lr>']);
  expect(subscribes()[1]?.uriText).toBe('sip:n@192.0.2.9');
  notify('active;expires=600');
  await clock.advanceSettled(100);
});

test('of a forked SUBSCRIBE the second dialog is refused with 481 (RFC 6665 §4.1.4, trap 4.9 #116)', async () => {
  const { clock, start, subscribe, notify, values } = setUp();
  await start();
  subscribe();
  await clock.advanceSettled(100);
  notify('active;expires=600', { body: '1' });
  await clock.advanceSettled(100);
  const other = notify('active;expires=600', { body: '2', tag: 'other' });
  await clock.advanceSettled(100);
  expect(other.statuses).toEqual([481]);
  expect(values).toEqual([1]);
});

test('or is a subscription of its own, until Timer N (RFC 6665 §4.4.1, trap 4.9 #116)', async () => {
  const { clock, start, subscribe, notify, values, subscribes } = setUp();
  const forks: Subscription<number>[] = [];
  await start();
  subscribe({ fork: (fork) => forks.push(fork) });
  await clock.advanceSettled(100);
  const asked = subscribes()[0];
  notify('active;expires=600', { body: '1' });
  const other = notify('active;expires=600', { body: '2', tag: 'other' });
  await clock.advanceSettled(100);
  expect(other.statuses).toEqual([200]);
  expect(forks.map(({ state, value }) => [state.state, value])).toEqual([['active', 2]]);
  await clock.advanceSettled(32_000);
  const late = notify('active;expires=600', { body: '3', tag: 'late', asked });
  notify('terminated;reason=deactivated', { tag: 'other', asked });
  await clock.advanceSettled(100);
  expect(late.statuses).toEqual([481]);
  expect(values).toEqual([1, 2]);
  expect(forks[0]?.state.state).toBe('terminated');
});

test('without a NOTIFY in 64·T1 it has failed, and is asked for anew under another Call-ID (Timer N, RFC 6665 §4.1.2.4, trap 4.9 #115)', async () => {
  const { clock, start, subscribe, subscribes, states, notify } = setUp();
  await start();
  const subscription = subscribe();
  await clock.advanceSettled(31_900);
  expect(subscription.state.state).toBe('subscribing');
  await clock.advanceSettled(200);
  expect(states).toEqual(['waiting']);
  const stale = notify('active;expires=600', { body: '1' });
  await clock.advanceSettled(2500);
  expect(stale.statuses).toEqual([481]);
  expect(subscribes()).toHaveLength(2);
  expect(subscribes()[1]?.callId).not.toBe(subscribes()[0]?.callId);
  expect(subscribes()[1]?.toTag).toBeUndefined();
});

test('a refresh without NOTIFY in 64·T1 ends the subscription, and a new one begins (RFC 6665 §4.1.2.2)', async () => {
  const { clock, start, subscribe, subscribes, notify, states } = setUp();
  await start();
  const subscription = subscribe();
  await clock.advanceSettled(100);
  notify('active;expires=600');
  await clock.advanceSettled(100);
  subscription.refresh();
  await clock.advanceSettled(35_000);
  expect(subscribes().map(({ toTag }) => toTag)).toEqual([undefined, 'n', undefined]);
  expect(states).toEqual(['active', 'waiting']);
});

test.each([
  ['deactivated', 0, 100],
  ['deactivated;retry-after=900', 0, 100],
  ['timeout', 0, 100],
  ['probation;retry-after=60', 60_000, 68_000],
  ['probation', 500, 2100],
  ['giveup;retry-after=60', 60_000, 68_000],
  ['giveup', 500, 2100],
  ['tired;retry-after=60', 60_000, 68_000],
])(
  'terminated;reason=%s is followed by a new subscription in its time (RFC 6665 §4.1.3, trap 4.9 #115)',
  async (reason, from, to) => {
    const { clock, start, subscribe, subscribes, notify } = setUp();
    await start();
    const subscription = subscribe();
    await clock.advanceSettled(100);
    notify('active;expires=600');
    await clock.advanceSettled(100);
    notify(`terminated;reason=${reason}`);
    await clock.advanceSettled(from);
    if (from > 0) {
      expect(subscribes()).toHaveLength(1);
      expect(subscription.state).toMatchObject({ state: 'waiting', retryAt: expect.any(Number) });
    }
    await clock.advanceSettled(to - from);
    expect(subscribes()).toHaveLength(2);
    expect(subscribes()[1]?.fromTag).not.toBe(subscribes()[0]?.fromTag);
    expect(subscribes()[1]?.callId).not.toBe(subscribes()[0]?.callId);
  },
);

test.each(['rejected', 'noresource', 'invariant;retry-after=9'])(
  'terminated;reason=%s is the end (RFC 6665 §4.1.3, trap 4.9 #115)',
  async (reason) => {
    const { clock, start, subscribe, subscribes, notify, alice } = setUp();
    await start();
    const subscription = subscribe();
    await clock.advanceSettled(100);
    notify(`terminated;reason=${reason}`);
    await clock.advanceSettled(400_000);
    expect(subscribes()).toHaveLength(1);
    expect(subscription.state).toEqual({ state: 'terminated', reason: reason.split(';')[0] });
    expect(alice.counts).toMatchObject({ dialogs: 0, transactions: 0 });
  },
);

test('a notifier that deactivates each subscription at once is not asked in a circle', async () => {
  const { clock, start, subscribe, subscribes, notify } = setUp();
  await start();
  subscribe();
  for (let seconds = 0; seconds < 60; seconds += 1) {
    const before = subscribes().length;
    notify('terminated;reason=deactivated', { tag: `n${seconds}` });
    await clock.advanceSettled(1000);
    expect(subscribes().length - before).toBeLessThanOrEqual(1);
  }
  expect(subscribes().length).toBeLessThan(9);
});

test('a NOTIFY without Subscription-State is 400, an older CSeq 500, another event or id 481; parameters do not count (RFC 6665 §8.2.1, §4.1.3, trap 4.9 #115, trap 4.9 #116, UAS-032)', async () => {
  const { clock, start, subscribe, notify, values } = setUp();
  await start();
  subscribe({ id: 'A' });
  const say = async (...parts: Parameters<typeof notify>) => {
    const outcome = notify(...parts);
    await clock.advanceSettled(100);
    return outcome.statuses[0];
  };
  await clock.advanceSettled(100);
  expect(await say('active;expires=600', { event: 'counter;id=a' })).toBe(481);
  expect(await say('active;expires=600', { event: 'counter' })).toBe(481);
  expect(await say('active;expires=600', { event: 'counter;x=y;id=A', body: '1' })).toBe(200);
  expect(await say(undefined, { event: 'counter;id=A', body: '2' })).toBe(400);
  expect(await say('active;expires=600', { event: 'counter;id=A', body: '3', cseq: 2 })).toBe(500);
  expect(await say('active;expires=600', { event: 'Counter;id=A', cseq: 20 })).toBe(481);
  expect(await say('active;expires=600', { event: 'counter;id=A', body: '4' })).toBe(200);
  expect(values).toEqual([1, 4]);
});

test('a part that does not fit has the whole asked for anew; what is unreadable is refused, and no body is no change (trap 4.9 #117)', async () => {
  const { clock, start, subscribe, subscribes, notify, values } = setUp();
  await start();
  subscribe();
  await clock.advanceSettled(100);
  const say = async (parts: Parameters<typeof notify>[1]) => {
    const outcome = notify('active;expires=600', parts);
    await clock.advanceSettled(100);
    return outcome.statuses[0];
  };
  expect(await say({ body: '1' })).toBe(200);
  expect(await say({ body: '+2' })).toBe(200);
  expect(subscribes()).toHaveLength(1);
  expect(await say({ body: '+9' })).toBe(200);
  expect(subscribes()).toHaveLength(2);
  expect(subscribes()[1]?.toTag).toBe('n');
  expect(await say({ body: '9' })).toBe(200);
  expect(await say({ body: '+10' })).toBe(200);
  expect(await say({ body: 'ten' })).toBe(400);
  expect(await say({ body: '<ten/>', type: 'text/xml' })).toBe(415);
  expect(await say({})).toBe(200);
  expect(values).toEqual([1, 2, 9, 10]);
  expect(subscribes()).toHaveLength(2);
});

test('423 is asked again with its minimum, 489 is final (RFC 6665 §4.1.2.1, trap 4.9 #115)', async () => {
  const { clock, start, subscribe, subscribes, script } = setUp();
  script.push(
    () => [423, [['Min-Expires', '900']]],
    () => [489, [['Allow-Events', 'presence']]],
  );
  await start();
  const subscription = subscribe({ expires: 60 });
  await clock.advanceSettled(400_000);
  expect(subscribes().map(({ expires }) => expires)).toEqual([60, 900]);
  expect(subscription.state).toEqual({ state: 'terminated', status: 489 });
});

test('503 is asked again after its time (RFC 3261 §21.5.4)', async () => {
  const { clock, start, subscribe, subscribes, script } = setUp();
  script.push(() => [503, [['Retry-After', '30']]], ok(600));
  await start();
  const subscription = subscribe();
  await clock.advanceSettled(29_900);
  expect(subscribes()).toHaveLength(1);
  expect(subscription.state).toMatchObject({ state: 'waiting', status: 503, retryAt: expect.any(Number) });
  await clock.advanceSettled(4000);
  expect(subscribes()).toHaveLength(2);
});

test('481 to a refresh has it begin anew; 500 leaves the subscription its time (RFC 6665 §4.1.2.2, UAC-018)', async () => {
  const { clock, start, subscribe, subscribes, script, notify, states } = setUp();
  script.push(
    ok(600),
    () => [500],
    () => [481],
    ok(600),
  );
  await start();
  const subscription = subscribe();
  await clock.advanceSettled(100);
  notify('active;expires=600');
  await clock.advanceSettled(100);
  subscription.refresh();
  await clock.advanceSettled(100);
  expect(subscription.state.state).toBe('active');
  await clock.advanceSettled(8000);
  expect(subscribes().map(({ toTag }) => toTag)).toEqual([undefined, 'n', 'n', undefined]);
  expect(states).toEqual(['active', 'waiting']);
});

test('a refresh answered 204 goes on like one answered 200 (RFC 5839 §7.1)', async () => {
  const { clock, start, subscribe, subscribes, script, notify, states } = setUp();
  script.push(ok(600), () => [204, [['Expires', '600']]]);
  await start();
  const subscription = subscribe();
  await clock.advanceSettled(100);
  notify('active;expires=600');
  await clock.advanceSettled(100);
  subscription.refresh();
  await clock.advanceSettled(100);
  notify('active;expires=600');
  await clock.advanceSettled(100_000);
  expect(subscribes().map(({ toTag }) => toTag)).toEqual([undefined, 'n']);
  expect([subscription.state.state, states]).toEqual(['active', ['active']]);
});

test('fetches the state once with Expires: 0 (RFC 6665 §4.4.3, trap 4.9 #115)', async () => {
  const { clock, start, subscribe, subscribes, notify, script, alice } = setUp();
  script.push(ok(0));
  await start();
  const subscription = subscribe({ expires: 0 });
  await clock.advanceSettled(100);
  notify('terminated;reason=timeout', { body: '5' });
  await clock.advanceSettled(40_000);
  expect(subscribes().map(({ expires }) => expires)).toEqual([0]);
  expect(subscription).toMatchObject({ value: 5, state: { state: 'terminated' } });
  expect(alice.counts.dialogs).toBe(0);
});

test('unsubscribing crosses a NOTIFY: it is answered, and only the last one ends it (RFC 6665 §4.1.2.3, trap 4.9 #115)', async () => {
  const { clock, start, subscribe, subscribes, notify, values } = setUp();
  await start();
  const subscription = subscribe();
  await clock.advanceSettled(100);
  notify('active;expires=600', { body: '1' });
  await clock.advanceSettled(100);
  subscription.unsubscribe();
  const crossing = notify('active;expires=500', { body: '2' });
  await clock.advanceSettled(100);
  expect(crossing.statuses).toEqual([200]);
  expect(subscription.state.state).toBe('active');
  notify('terminated;reason=timeout');
  await clock.advanceSettled(100);
  expect(subscription.state.state).toBe('terminated');
  expect(subscribes()).toHaveLength(2);
  expect(values).toEqual([1, 2]);
});

test('a terminated NOTIFY that crosses our unsubscribing ends it, whatever the SUBSCRIBE is answered', async () => {
  const { clock, start, subscribe, notify, script, states, alice } = setUp();
  script.push(ok(600), () => [481]);
  await start();
  const subscription = subscribe();
  await clock.advanceSettled(100);
  notify('active;expires=600');
  await clock.advanceSettled(100);
  const last = notify('terminated;reason=noresource');
  subscription.unsubscribe();
  await clock.advanceSettled(100);
  expect(last.statuses).toEqual([200]);
  expect(states).toEqual(['active', 'terminated noresource']);
  expect(alice.counts.dialogs).toBe(0);
});

test('the last NOTIFY is lost: it is over after 64·T1 (Timer N, RFC 6665 §4.1.2.3)', async () => {
  const { clock, start, subscribe, notify, alice } = setUp();
  await start();
  const subscription = subscribe();
  await clock.advanceSettled(100);
  notify('active;expires=600');
  await clock.advanceSettled(100);
  subscription.unsubscribe();
  await clock.advanceSettled(31_000);
  expect(subscription.state.state).toBe('active');
  await clock.advanceSettled(1100);
  expect(subscription.state.state).toBe('terminated');
  expect(alice.counts.dialogs).toBe(0);
});

test('unsubscribed before the first NOTIFY, it is ended as soon as that has formed the dialog', async () => {
  const { clock, start, subscribe, subscribes, notify } = setUp();
  await start();
  const subscription = subscribe();
  subscription.unsubscribe();
  await clock.advanceSettled(100);
  expect(subscribes()).toHaveLength(1);
  notify('active;expires=600');
  await clock.advanceSettled(100);
  expect(subscribes().map(({ expires }) => expires)).toEqual([3600, 0]);
  notify('terminated;reason=timeout');
  await clock.advanceSettled(100);
  expect(subscription.state.state).toBe('terminated');
});

test('without a flow it is suspended, and refreshed on the next one; where it is not known any more, a new one begins (RFC 5626 §4.4, RFC 6665 §4.1.2.2)', async () => {
  const { clock, start, subscribe, subscribes, notify, script, states, server } = setUp();
  script.push(ok(600), () => [481], ok(600));
  await start();
  subscribe();
  await clock.advanceSettled(100);
  notify('active;expires=600');
  await clock.advanceSettled(100);
  server.opened.at(-1)?.close();
  await clock.advanceSettled(10);
  expect(states).toEqual(['active', 'suspended']);
  await clock.advanceSettled(1000);
  expect(subscribes().map(({ toTag }) => toTag)).toEqual([undefined, 'n', undefined]);
  notify('active;expires=600', { tag: 'm' });
  await clock.advanceSettled(100);
  expect(states).toEqual(['active', 'suspended', 'waiting', 'active']);
});

test('asked for without a flow it waits for one', async () => {
  const { clock, subscribe, subscribes, start } = setUp();
  const subscription = subscribe();
  expect(subscription.state.state).toBe('suspended');
  expect(subscribes()).toHaveLength(0);
  await start();
  expect(subscribes()).toHaveLength(1);
  subscription.unsubscribe();
  await clock.advanceSettled(40_000);
  expect(subscription.state.state).toBe('terminated');
});

test('answers a challenge under the next CSeq number, and the NOTIFY finds it (§22.2)', async () => {
  const { clock, start, subscribe, subscribes, script, notify, values } = setUp();
  script.push(
    () => [407, [['Proxy-Authenticate', 'Digest realm="example.com", nonce="n", qop="auth", algorithm=MD5']]],
    ok(600),
  );
  await start();
  const subscription = subscribe();
  await clock.advanceSettled(100);
  expect(subscribes().map(({ cseq }) => cseq.number)).toEqual([1, 2]);
  notify('active;expires=600', { body: '1' });
  await clock.advanceSettled(100);
  subscription.refresh();
  await clock.advanceSettled(100);
  expect(subscribes()[2]?.cseq.number).toBe(3);
  expect(values).toEqual([1]);
});

test('a user agent that stops unsubscribes first', async () => {
  const { clock, start, subscribe, subscribes, notify, alice } = setUp();
  await start();
  subscribe();
  await clock.advanceSettled(100);
  notify('active;expires=600');
  await clock.advanceSettled(100);
  const stopped = alice.agent.stop();
  await clock.advanceSettled(100);
  expect(subscribes().at(-1)?.expires).toBe(0);
  notify('terminated;reason=timeout');
  await clock.advanceSettled(100);
  await stopped;
  expect(alice.counts.dialogs).toBe(0);
});

test('a NOTIFY nobody asked for is 481, or 200 and told to who listens (trap 4.9 #121)', async () => {
  const heard: string[] = [];
  for (const events of [{}, { unsolicited: ({ event }: SipRequest) => heard.push(event?.package ?? '') }]) {
    const { clock, start, server, alice } = setUp(events);
    await start();
    const [flow] = server.opened;
    if (!flow) throw new Error('no flow');
    const request = server.newRequest('NOTIFY', 'sip:alice@example.com', {
      headers: [
        ['Contact', '<sip:pbx@192.0.2.9>'],
        ['Event', 'message-summary'],
        ['Subscription-State', 'active'],
      ],
    });
    const outcome = server.send(request, { flow });
    await clock.advanceSettled(100);
    expect(outcome.statuses).toEqual([heard.length > 0 ? 200 : 481]);
    expect(alice.counts.dialogs).toBe(0);
  }
  expect(heard).toEqual(['message-summary']);
});
