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
