import type { FlowState, RegistrationState } from '@ringback/sip';
import type { AccountStatus, Problem } from '../bridge/protocol.ts';

export interface AccountState {
  readonly status: AccountStatus;
  readonly problem?: Problem;
}

/**
 * From the state of the flow and the registration to what a person is told. `byLink`: the login came from a sign-in link, so
 * there is no password that somebody could have mistyped.
 */
export function accountState(flow: FlowState, registration: RegistrationState, byLink = false): AccountState {
  if (flow.state === 'waiting') return { status: 'connecting', problem: unreachable(flow) };
  // The browser itself forbids the connection, for instance `ws:` from an https page: trying again changes nothing.
  if (flow.state === 'closed' && flow.cause !== undefined) return { status: 'failed', problem: unreachable(flow) };
  if (registration.state === 'failed') return { status: 'failed', problem: refusal(registration, byLink) };
  if (flow.state !== 'open') return { status: 'connecting' };
  switch (registration.state) {
    case 'registered':
      return { status: 'registered' };
    case 'registering':
    case 'unregistered':
      return { status: 'registering' };
  }
}

function unreachable(flow: FlowState): Problem {
  return {
    kind: 'unreachable',
    ...(flow.cause !== undefined && { detail: flow.cause }),
    ...(flow.retryAt !== undefined && { retryAt: flow.retryAt }),
  };
}

function refusal(registration: RegistrationState, byLink: boolean): Problem {
  const { status, reason, retryAt } = registration;
  const kind = kindOf(status);
  return {
    kind: byLink && WANTS_ANOTHER_LOGIN.has(kind) ? 'revoked' : kind,
    ...(status !== undefined && { status }),
    ...(reason !== undefined && { detail: reason }),
    ...(retryAt !== undefined && { retryAt }),
  };
}

function kindOf(status: number | undefined): Problem['kind'] {
  switch (status) {
    case 401:
    case 407:
      return 'wrong-credentials';
    case 403:
      return 'refused';
    case 404:
    case 604:
      return 'no-such-account';
    case 408:
    case 504:
    case undefined:
      return 'no-answer';
    case 500:
    case 503:
      return 'server-busy';
    default:
      return 'other';
  }
}

const WANTS_ANOTHER_LOGIN: ReadonlySet<Problem['kind']> = new Set(['wrong-credentials', 'refused', 'no-such-account']);

/** Refused for good: nothing is tried again by itself. */
export function isRefused({ status, retryAt }: Problem): boolean {
  return status !== undefined && retryAt === undefined;
}

export function sentence(problem: Problem, server: string): string {
  switch (problem.kind) {
    case 'wrong-credentials':
      return 'Wrong user name or password.';
    case 'revoked':
      return 'This device is not signed in any more. Open a new sign-in link.';
    case 'refused':
      return 'The server refused this account.';
    case 'no-such-account':
      return 'The server knows no such account.';
    case 'no-answer':
      return `${server} did not answer.`;
    case 'server-busy':
      return 'The server is busy at the moment.';
    case 'unreachable':
      return `${server} cannot be reached.`;
    case 'not-sip':
      return `${server} does not speak SIP over WebSocket.`;
    case 'storage':
      return 'This browser does not let the phone keep anything.';
    case 'other':
      return 'The server answered with an error.';
  }
}
