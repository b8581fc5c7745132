import { type Table, to } from './step.ts';

/**
 * The INVITE client transaction: §17.1.1, figure 5 as RFC 6026 §8.4 redrew it.
 *
 * An INVITE waits for a person, so only its first leg is short: it is retransmitted (A) until a provisional response says
 * that somebody has it, and given up (B) if nobody says so. From then on it may ring as long as the user wants. A final
 * non-2xx is acknowledged here, hop by hop, and each time again that it comes (D). A 2xx ends in Accepted for as long as
 * further 2xx, repeated or from other branches of a fork, may arrive (M); all of them go up, their ACKs are the user's.
 *
 * Three things are not in the figure. A broken flow also ends Proceeding: the figure has no error there because nothing
 * is sent there, but a connection that breaks will bring no response. In Accepted it ends nothing, since late 2xx
 * may come another way. And `cancelled` is the rule of §9.1 that a cancelled INVITE is not waited for beyond 64*T1.
 */
export type InviteClientState = 'calling' | 'proceeding' | 'accepted' | 'completed' | 'terminated';

export type InviteClientEvent =
  | 'start'
  | '1xx'
  | '2xx'
  | '3xx-6xx'
  | 'timer A'
  | 'timer B'
  | 'timer D'
  | 'timer M'
  | 'cancel sent'
  | 'timer cancelled'
  | 'transport error';

export type InviteClientEffect =
  | 'send request'
  | 'send ACK'
  | 'start A'
  | 'start B'
  | 'start D'
  | 'start M'
  | 'start cancelled'
  | 'stop A'
  | 'stop B'
  | 'stop cancelled'
  | 'repeat A'
  | 'pass response'
  | 'report timeout'
  | 'report transport';

export const inviteClient: Table<InviteClientState, InviteClientEvent, InviteClientEffect> = {
  calling: {
    start: to('calling', 'send request', 'start A', 'start B'),
    'timer A': to('calling', 'send request', 'repeat A'),
    'timer B': to('terminated', 'report timeout'),
    'transport error': to('terminated', 'report transport'),
    '1xx': to('proceeding', 'stop A', 'stop B', 'pass response'),
    '2xx': to('accepted', 'stop A', 'stop B', 'start M', 'pass response'),
    '3xx-6xx': to('completed', 'stop A', 'stop B', 'start D', 'send ACK', 'pass response'),
  },
  proceeding: {
    '1xx': to('proceeding', 'pass response'),
    '2xx': to('accepted', 'stop cancelled', 'start M', 'pass response'),
    '3xx-6xx': to('completed', 'stop cancelled', 'start D', 'send ACK', 'pass response'),
    'cancel sent': to('proceeding', 'start cancelled'),
    'timer cancelled': to('terminated', 'report timeout'),
    'transport error': to('terminated', 'report transport'),
  },
  accepted: {
    '2xx': to('accepted', 'pass response'),
    'timer M': to('terminated'),
  },
  completed: {
    '3xx-6xx': to('completed', 'send ACK'),
    'timer D': to('terminated'),
    'transport error': to('terminated', 'report transport'),
  },
  terminated: {},
};
