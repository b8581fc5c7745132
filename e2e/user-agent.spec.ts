import { expect, test } from '@playwright/test';
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

const rows: readonly Row[] = [
  {
    name: 'a hundred calls in a row are answered, talked and ended by the far side',
    scenario: 'uac',
    calls: 100,
    more: ['-d', '0', '-l', '1'],
    told: Array.from({ length: 100 }, () => ['incoming', 'connected', theyHungUp]).flat(),
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
    told: ['ringing', 'connected', 'connected, holding', 'connected', weHungUp],
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
];

for (const transport of ['udp', 'tcp'] as const) {
  test.describe(`over ${transport.toUpperCase()}`, () => {
    for (const { name, told, also, ...scene } of rows) {
      test(name, async () => {
        const { journal, agent } = await play(scene, transport);
        expect(journal, agent.account).toEqual(told);
        also?.(agent);
      });
    }
  });
}
