import type { AccountSnapshot, CallEnd, CallSnapshot, Contact, Person, RecentCall } from '../protocol.ts';
import { alice, connectedCall } from './examples.ts';

/** A small firm with real-looking names: long ones, other scripts, emoji, numbers only. */

export const staff: readonly Person[] = [
  person('alice', 'Alice Beaumont', '101', true),
  person('bob', 'Bob Okonkwo', '102', true),
  person('leila', 'ليلى الحسيني', '103', true),
  person('wolfgang', 'Wolfgang Amadeus Maximilian von Hohenstaufen-Württemberg', '104', false),
  person('mei', '陈美玲', '105', true),
  person('front-desk', '🛎️ Front desk', '100', true),
  person('jose', 'José Núñez', '106', false),
  person('priya', 'Priya Raghunathan', '107', true),
  person('sam', 'Sam', '108', false),
];

export const contacts: readonly Contact[] = [
  { id: 'c-mum', name: 'Mum', address: '+49301234567' },
  { id: 'c-clinic', name: 'St Mary’s Clinic, appointments and prescriptions', address: '+442079460812' },
  { id: 'c-dana', name: 'Dana Levi 🎷', address: 'dana@sip.example.org' },
];

export const bobAccount: AccountSnapshot = { ...alice, id: 'sip:bob@ringback.local', displayName: 'Bob Okonkwo' };

/** Calls of the last days; `now` makes their times fit the day the gallery is looked at. */
export function history(now: number): readonly RecentCall[] {
  const hour = 3_600_000;
  return [
    recent('r1', 'bob', 'Bob Okonkwo', 'outgoing', now - 0.3 * hour, 133, { outcome: 'completed', by: 'there' }),
    recent('r2', 'leila', 'ليلى الحسيني', 'incoming', now - 1.2 * hour, 0, { outcome: 'missed', by: 'there' }, false),
    recent('r3', '+15550100199', undefined, 'incoming', now - 2.5 * hour, 0, { outcome: 'missed', by: 'there' }, false),
    recent('r4', 'wolfgang', undefined, 'outgoing', now - 3 * hour, 0, {
      outcome: 'busy',
      by: 'there',
      status: 486,
      detail: 'Busy Here',
    }),
    recent('r5', 'mei', '陈美玲', 'incoming', now - 22 * hour, 3720, { outcome: 'completed', by: 'here' }),
    recent('r6', 'priya', undefined, 'incoming', now - 26 * hour, 0, {
      outcome: 'answered-elsewhere',
      by: 'there',
      detail: 'SIP;cause=200;text="Call completed elsewhere"',
    }),
    recent('r7', 'bbo', undefined, 'outgoing', now - 50 * hour, 0, {
      outcome: 'not-found',
      by: 'there',
      status: 404,
      detail: 'Not Found',
    }),
    recent('r8', 'front-desk', undefined, 'incoming', now - 74 * hour, 0, { outcome: 'declined', by: 'here' }),
    recent('r9', 'jose', undefined, 'outgoing', now - 240 * hour, 0, {
      outcome: 'no-common-media',
      by: 'there',
      status: 488,
      detail: 'Not Acceptable Here',
    }),
    recent('r10', 'sam', undefined, 'outgoing', now - 250 * hour, 0, { outcome: 'cancelled', by: 'here', status: 487 }),
  ];
}

export function call(id: string, user: string, change: Partial<CallSnapshot> = {}): CallSnapshot {
  return { ...connectedCall, id, sipCallId: `${id}@example`, remote: { uri: `sip:${user}@ringback.local` }, ...change };
}

/** A call that has ended, without the fields that only a live one has. */
export function endedCall(id: string, user: string, end: CallEnd, seconds = 0): CallSnapshot {
  const { answeredAt: _answered, ...rest } = call(id, user);
  const answered = seconds > 0 ? { answeredAt: rest.startedAt + 4000 } : {};
  return { ...rest, ...answered, state: 'ended', endedAt: rest.startedAt + 4000 + seconds * 1000, end };
}

function person(user: string, name: string, extension: string, reachable: boolean): Person {
  return { aor: `sip:${user}@ringback.local`, name, extension, reachable };
}

function recent(
  id: string,
  user: string,
  displayName: string | undefined,
  direction: RecentCall['direction'],
  startedAt: number,
  seconds: number,
  end: CallEnd,
  seen = true,
): RecentCall {
  const answered = seconds > 0 ? { answeredAt: startedAt + 5000 } : {};
  const remote = { uri: `sip:${user}@ringback.local`, ...(displayName === undefined ? {} : { displayName }) };
  return {
    id,
    account: alice.id,
    sipCallId: `${id}@example`,
    direction,
    remote,
    startedAt,
    ...answered,
    endedAt: startedAt + 5000 + seconds * 1000,
    end,
    seen,
  };
}
