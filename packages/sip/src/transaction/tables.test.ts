import { describe, expect, test } from 'vitest';
import { inviteClient } from './invite-client.ts';
import { inviteServer } from './invite-server.ts';
import { nonInviteClient } from './non-invite-client.ts';
import { nonInviteServer } from './non-invite-server.ts';
import { type AnyTable, step } from './step.ts';

/**
 * Every pair of state and event, also those in which nothing happens: `·`. A row reads `next: effects`, effects in order.
 * The expectations are written from the figures, not from the tables.
 */
function check(
  table: AnyTable<string, string>,
  events: readonly string[],
  figure: Readonly<Record<string, readonly string[]>>,
) {
  test('the figure and the table have the same states', () => {
    expect(Object.keys(table).sort()).toEqual(Object.keys(figure).sort());
  });
  test('the table reacts to no event the figure does not know', () => {
    for (const row of Object.values(table)) for (const event of Object.keys(row ?? {})) expect(events).toContain(event);
  });
  for (const [state, rows] of Object.entries(figure)) {
    test.each(events.map((event, i) => [event, rows[i]] as const))(`${state}: %s → %s`, (event, expected) => {
      expect(rows).toHaveLength(events.length);
      const row = step(table, state, event);
      expect(row === undefined ? '·' : `${row.next}: ${row.effects.join(', ')}`.trim()).toBe(expected);
    });
  }
}

const NOTHING = '·';

describe('INVITE client (§17.1.1, RFC 6026 figure 5)', () => {
  const events = [
    'start',
    '1xx',
    '2xx',
    '3xx-6xx',
    'timer A',
    'timer B',
    'timer D',
    'timer M',
    'cancel sent',
    'timer cancelled',
    'transport error',
  ];
  check(inviteClient, events, {
    calling: [
      'calling: send request, start A, start B',
      'proceeding: stop A, stop B, pass response',
      'accepted: stop A, stop B, start M, pass response',
      'completed: stop A, stop B, start D, send ACK, pass response',
      'calling: send request, repeat A',
      'terminated: report timeout',
      NOTHING,
      NOTHING,
      NOTHING,
      NOTHING,
      'terminated: report transport',
    ],
    proceeding: [
      NOTHING,
      'proceeding: pass response',
      'accepted: stop cancelled, start M, pass response',
      'completed: stop cancelled, start D, send ACK, pass response',
      NOTHING,
      NOTHING,
      NOTHING,
      NOTHING,
      'proceeding: start cancelled',
      'terminated: report timeout',
      'terminated: report transport',
    ],
    accepted: [
      NOTHING,
      NOTHING,
      'accepted: pass response',
      NOTHING,
      NOTHING,
      NOTHING,
      NOTHING,
      'terminated:',
      NOTHING,
      NOTHING,
      NOTHING,
    ],
    completed: [
      NOTHING,
      NOTHING,
      NOTHING,
      'completed: send ACK',
      NOTHING,
      NOTHING,
      'terminated:',
      NOTHING,
      NOTHING,
      NOTHING,
      'terminated: report transport',
    ],
    terminated: events.map(() => NOTHING),
  });
});

describe('non-INVITE client (§17.1.2, figure 6)', () => {
  const events = ['start', '1xx', 'final', 'timer E', 'timer F', 'timer K', 'transport error'];
  check(nonInviteClient, events, {
    trying: [
      'trying: send request, start E, start F',
      'proceeding: pass response',
      'completed: stop E, stop F, start K, pass response',
      'trying: send request, repeat E',
      'terminated: report timeout',
      NOTHING,
      'terminated: report transport',
    ],
    proceeding: [
      NOTHING,
      'proceeding: pass response',
      'completed: stop E, stop F, start K, pass response',
      'proceeding: send request, repeat E at T2',
      'terminated: report timeout',
      NOTHING,
      'terminated: report transport',
    ],
    completed: [NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, 'terminated:', NOTHING],
    terminated: events.map(() => NOTHING),
  });
});

describe('INVITE server (§17.2.1, RFC 6026 figure 7)', () => {
  const events = [
    'start',
    'request again',
    'ACK',
    'respond 1xx',
    'respond 2xx',
    'respond 3xx-6xx',
    'timer trying',
    'timer G',
    'timer H',
    'timer I',
    'timer L',
    'transport error',
  ];
  check(inviteServer, events, {
    proceeding: [
      'proceeding: start trying, pass request',
      'proceeding: send response',
      NOTHING,
      'proceeding: stop trying, send response',
      'accepted: stop trying, start L, send response',
      'completed: stop trying, start G, start H, send response',
      'proceeding: send 100',
      NOTHING,
      NOTHING,
      NOTHING,
      NOTHING,
      'proceeding: report transport',
    ],
    accepted: [
      NOTHING,
      NOTHING,
      'accepted: pass ACK',
      NOTHING,
      'accepted: send response',
      NOTHING,
      NOTHING,
      NOTHING,
      NOTHING,
      NOTHING,
      'terminated:',
      'accepted: report transport',
    ],
    completed: [
      NOTHING,
      'completed: send response',
      'confirmed: stop G, stop H, start I',
      NOTHING,
      NOTHING,
      NOTHING,
      NOTHING,
      'completed: send response, repeat G',
      'terminated: report timeout',
      NOTHING,
      NOTHING,
      'completed: report transport',
    ],
    confirmed: [
      NOTHING,
      NOTHING,
      NOTHING,
      NOTHING,
      NOTHING,
      NOTHING,
      NOTHING,
      NOTHING,
      NOTHING,
      'terminated:',
      NOTHING,
      NOTHING,
    ],
    terminated: events.map(() => NOTHING),
  });
});

describe('non-INVITE server (§17.2.2, figure 8, RFC 4320)', () => {
  const events = [
    'start',
    'request again',
    'respond 100',
    'respond 100 early',
    'respond 101-199',
    'respond 408',
    'respond final',
    'timer late',
    'timer J',
    'transport error',
  ];
  check(nonInviteServer, events, {
    trying: [
      'trying: start late, pass request',
      NOTHING,
      'proceeding: stop late, send response',
      NOTHING,
      NOTHING,
      'completed: stop late, start J, withhold response',
      'completed: stop late, start J, send response',
      'proceeding: send 100',
      NOTHING,
      'terminated: report transport',
    ],
    proceeding: [
      NOTHING,
      'proceeding: send response',
      'proceeding: send response',
      NOTHING,
      NOTHING,
      'completed: start J, withhold response',
      'completed: start J, send response',
      NOTHING,
      NOTHING,
      'terminated: report transport',
    ],
    completed: [
      NOTHING,
      'completed: send response',
      NOTHING,
      NOTHING,
      NOTHING,
      NOTHING,
      NOTHING,
      NOTHING,
      'terminated:',
      'terminated: report transport',
    ],
    terminated: events.map(() => NOTHING),
  });
});
