import type { AccountSnapshot, AccountStatus, Problem } from '../bridge/index.ts';
import { domainOf } from './address.ts';

export type ProblemAction = 'edit' | 'retry' | 'none';

export interface ProblemWords {
  readonly headline: string;
  readonly hint?: string;
  readonly action: ProblemAction;
  /** The form field the problem belongs to. */
  readonly field?: 'address' | 'password' | 'server';
}

/** The account's state in one or two words, for the status at its picture. */
export function statusWord(status: AccountStatus): string {
  switch (status) {
    case 'registered':
      return 'Online';
    case 'connecting':
      return 'Connecting…';
    case 'registering':
      return 'Signing in…';
    case 'failed':
      return 'Not online';
    case 'signed-out':
      return 'Signed out';
  }
}

/** Why an account is not online, in words for a person. */
export function problemWords(
  problem: Problem,
  account: Pick<AccountSnapshot, 'id' | 'server'>,
  now: number,
): ProblemWords {
  const server = hostOf(account.server);
  const wait = problem.retryAt === undefined ? undefined : Math.max(0, Math.ceil((problem.retryAt - now) / 1000));
  const again = wait === undefined ? undefined : wait === 0 ? 'Trying again now.' : `Trying again in ${wait} s.`;
  switch (problem.kind) {
    case 'wrong-credentials':
      return { headline: 'Wrong username or password', action: 'edit', field: 'password' };
    case 'revoked':
      return {
        headline: 'This device is not signed in any more',
        hint: `${server} does not know its login. Ask for a new sign-in link and open it here.`,
        action: 'retry',
      };
    case 'refused':
      return { headline: 'The server refused this account', action: 'edit', field: 'address' };
    case 'no-such-account':
      return { headline: `No such account at ${domainOf(account.id) || server}`, action: 'edit', field: 'address' };
    case 'no-answer':
      return { headline: `${server} did not answer`, ...hint(again), action: 'retry', field: 'server' };
    case 'server-busy':
      return { headline: 'The server is busy', ...hint(again), action: 'retry' };
    case 'unreachable':
      return {
        headline: `No connection to ${server}`,
        ...hint(again ?? 'Is the address right, the server running, and its certificate trusted by this browser?'),
        action: 'retry',
        field: 'server',
      };
    case 'not-sip':
      return {
        headline: 'This server does not speak SIP over WebSocket',
        hint: 'Check the server address with whoever runs it.',
        action: 'edit',
        field: 'server',
      };
    case 'storage':
      return {
        headline: 'This browser does not keep data',
        hint: 'Private windows and blocked site data stop the phone from remembering you.',
        action: 'none',
      };
    case 'other':
      return { headline: 'Signing in did not work', ...hint(again), action: 'retry' };
  }
}

/** Status and reason as received, for Details. */
export function problemDetails(problem: Problem): string {
  return [problem.status, problem.detail].filter((part) => part !== undefined && part !== '').join(' ');
}

function hint(text: string | undefined): { hint?: string } {
  return text === undefined ? {} : { hint: text };
}

function hostOf(server: string): string {
  return URL.canParse(server) ? new URL(server).host : server || 'the server';
}
