import { type Table, to } from './step.ts';

/**
 * The server transaction of every other request: §17.2.2, figure 8, with what RFC 4320 took away.
 *
 * Provisional responses other than 100 are not sent, and 100 not before `late`, when the client's timer E has reached T2;
 * then it is sent by itself (RFC 4320 §4.1). Over a reliable transport the user may say 100 earlier. A 408 is never sent
 * (RFC 4320 §4.2): the client has given up by then, and the response would only be a stray. The transaction ends as if it had
 * been, and absorbs copies of the request without a word.
 */
export type NonInviteServerState = 'trying' | 'proceeding' | 'completed' | 'terminated';

export type NonInviteServerEvent =
  | 'start'
  | 'request again'
  | 'respond 100'
  | 'respond 100 early'
  | 'respond 101-199'
  | 'respond 408'
  | 'respond final'
  | 'timer late'
  | 'timer J'
  | 'transport error';

export type NonInviteServerEffect =
  | 'send response'
  | 'send 100'
  | 'withhold response'
  | 'start late'
  | 'start J'
  | 'stop late'
  | 'pass request'
  | 'report transport';

export const nonInviteServer: Table<NonInviteServerState, NonInviteServerEvent, NonInviteServerEffect> = {
  trying: {
    start: to('trying', 'start late', 'pass request'),
    'timer late': to('proceeding', 'send 100'),
    'respond 100': to('proceeding', 'stop late', 'send response'),
    'respond 408': to('completed', 'stop late', 'start J', 'withhold response'),
    'respond final': to('completed', 'stop late', 'start J', 'send response'),
    'transport error': to('terminated', 'report transport'),
  },
  proceeding: {
    'request again': to('proceeding', 'send response'),
    'respond 100': to('proceeding', 'send response'),
    'respond 408': to('completed', 'start J', 'withhold response'),
    'respond final': to('completed', 'start J', 'send response'),
    'transport error': to('terminated', 'report transport'),
  },
  completed: {
    'request again': to('completed', 'send response'),
    'timer J': to('terminated'),
    'transport error': to('terminated', 'report transport'),
  },
  terminated: {},
};
