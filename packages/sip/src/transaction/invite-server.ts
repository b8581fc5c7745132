import { type Table, to } from './step.ts';

/**
 * The INVITE server transaction: §17.2.1, figure 7 as RFC 6026 §8.6 redrew it.
 *
 * In Proceeding it answers copies of the INVITE with the last provisional response, and says 100 itself when the user has
 * said nothing for 200 ms (`trying`). A final non-2xx is repeated (G) until its ACK comes or is given up on (H); I then
 * absorbs further ACKs. A 2xx is not repeated here but by the user, because its ACK goes from end to end; Accepted only
 * keeps copies of the INVITE from looking new (L) and hands up the ACKs.
 *
 * A transport error is reported and changes nothing (RFC 6026 §7.1): the timers end the transaction, and until then
 * copies of the INVITE find it.
 */
export type InviteServerState = 'proceeding' | 'accepted' | 'completed' | 'confirmed' | 'terminated';

export type InviteServerEvent =
  | 'start'
  | 'request again'
  | 'ACK'
  | 'respond 1xx'
  | 'respond 2xx'
  | 'respond 3xx-6xx'
  | 'timer trying'
  | 'timer G'
  | 'timer H'
  | 'timer I'
  | 'timer L'
  | 'transport error';

export type InviteServerEffect =
  | 'send response'
  | 'send 100'
  | 'start trying'
  | 'start G'
  | 'start H'
  | 'start I'
  | 'start L'
  | 'stop trying'
  | 'stop G'
  | 'stop H'
  | 'repeat G'
  | 'pass request'
  | 'pass ACK'
  | 'report timeout'
  | 'report transport';

export const inviteServer: Table<InviteServerState, InviteServerEvent, InviteServerEffect> = {
  proceeding: {
    start: to('proceeding', 'start trying', 'pass request'),
    'request again': to('proceeding', 'send response'),
    'timer trying': to('proceeding', 'send 100'),
    'respond 1xx': to('proceeding', 'stop trying', 'send response'),
    'respond 2xx': to('accepted', 'stop trying', 'start L', 'send response'),
    'respond 3xx-6xx': to('completed', 'stop trying', 'start G', 'start H', 'send response'),
    'transport error': to('proceeding', 'report transport'),
  },
  accepted: {
    ACK: to('accepted', 'pass ACK'),
    'respond 2xx': to('accepted', 'send response'),
    'timer L': to('terminated'),
    'transport error': to('accepted', 'report transport'),
  },
  completed: {
    'request again': to('completed', 'send response'),
    ACK: to('confirmed', 'stop G', 'stop H', 'start I'),
    'timer G': to('completed', 'send response', 'repeat G'),
    'timer H': to('terminated', 'report timeout'),
    'transport error': to('completed', 'report transport'),
  },
  confirmed: {
    'timer I': to('terminated'),
  },
  terminated: {},
};
