import { type Table, to } from './step.ts';

/**
 * The client transaction of every other request: §17.1.2, figure 6.
 *
 * The answer is expected from a machine, within F. The request is retransmitted (E) even after a provisional response,
 * only more slowly, because here the response is not: the server repeats it only when it sees the request again. After
 * the final response K absorbs its copies.
 */
export type NonInviteClientState = 'trying' | 'proceeding' | 'completed' | 'terminated';

export type NonInviteClientEvent = 'start' | '1xx' | 'final' | 'timer E' | 'timer F' | 'timer K' | 'transport error';

export type NonInviteClientEffect =
  | 'send request'
  | 'start E'
  | 'start F'
  | 'start K'
  | 'stop E'
  | 'stop F'
  | 'repeat E'
  | 'repeat E at T2'
  | 'pass response'
  | 'report timeout'
  | 'report transport';

export const nonInviteClient: Table<NonInviteClientState, NonInviteClientEvent, NonInviteClientEffect> = {
  trying: {
    start: to('trying', 'send request', 'start E', 'start F'),
    'timer E': to('trying', 'send request', 'repeat E'),
    'timer F': to('terminated', 'report timeout'),
    'transport error': to('terminated', 'report transport'),
    '1xx': to('proceeding', 'pass response'),
    final: to('completed', 'stop E', 'stop F', 'start K', 'pass response'),
  },
  proceeding: {
    'timer E': to('proceeding', 'send request', 'repeat E at T2'),
    'timer F': to('terminated', 'report timeout'),
    'transport error': to('terminated', 'report transport'),
    '1xx': to('proceeding', 'pass response'),
    final: to('completed', 'stop E', 'stop F', 'start K', 'pass response'),
  },
  completed: {
    'timer K': to('terminated'),
  },
  terminated: {},
};
