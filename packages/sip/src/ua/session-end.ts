import { decodeText, readUserToUser, type SipMessage, type SipResponse } from '../message/index.ts';
import type { FailureCause } from '../transaction/index.ts';
import type { SessionEnd } from './options.ts';

/** How a call ended that the far side, or somebody on the way, refused. */
export function endByResponse(response: SipResponse): SessionEnd {
  const refused = [486, 600, 603, 607, 608].includes(response.status);
  const warning = response.headers.get('warning');
  return {
    by: 'remote',
    kind: refused ? 'rejected' : 'failed',
    status: response.status,
    reason: decodeText(response.reason),
    ...(warning !== undefined && { warning: decodeText(warning) }),
    ...reasonHeader(response),
  };
}

/**
 * Refusals of a request inside a call after which there is no call (§12.2.1.2, RFC 5057 §5.1): no answer, no dialog, or a
 * target or route that leads nowhere. Two rows of that table are left out: 480 is also said of somebody whose connection is
 * just coming back, and 405 or 501 complain about a request that the call can do without.
 */
export function endsCall(status: number): boolean {
  return [404, 408, 410, 416, 481, 482, 483, 484, 485, 502, 604].includes(status);
}

/** A request without an answer counts as answered 408 or 503 (§8.1.3.1). */
export function failureStatus(cause: FailureCause): number {
  return cause === 'timeout' ? 408 : 503;
}

export function endByFailure(cause: FailureCause): SessionEnd {
  return { by: 'network', kind: cause === 'timeout' ? cause : 'failed', status: failureStatus(cause) };
}

/** It could not be done here: our media, or something else of ours, did not want to. */
export function failedHere(status: number): SessionEnd {
  return { by: 'local', kind: 'failed', status };
}

/** A value of Reason (RFC 3326). */
export function sipReason(cause: number, text: string): string {
  return `SIP;cause=${cause};text="${text}"`;
}

/**
 * CANCEL or BYE of the far side. A Reason header says that another phone took the call (RFC 3326): a forking proxy to those that rang, the caller to
 * one that answered too late. Then it was not missed.
 */
export function endByRequest(request: SipMessage, kind: 'cancelled' | 'hangup'): SessionEnd {
  const elsewhere = request.reasons.some((reason) => reason.protocol.toUpperCase() === 'SIP' && reason.cause === 200);
  return {
    by: 'remote',
    kind: elsewhere ? 'answered-elsewhere' : kind,
    ...reasonHeader(request),
  };
}

function reasonHeader(message: SipMessage): Pick<SessionEnd, 'reasonHeader' | 'userToUser'> {
  const given = message.headers.has('user-to-user') && { userToUser: message.headers.read(readUserToUser) };
  if (message.reasons.length === 0) return { ...given };
  return {
    ...given,
    reasonHeader: message.reasons.map(({ protocol, cause, text }) => ({
      protocol,
      ...(cause !== undefined && { cause }),
      ...(text !== undefined && { text: decodeText(text) }),
    })),
  };
}
