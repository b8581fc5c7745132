import type { CommandResult } from '../bridge/protocol.ts';

/** A command that cannot be done now, and why, in words for a person. */
export function refused(message: string): CommandResult {
  return { ok: false, problem: { kind: 'other' }, message };
}

export const CALL_OVER = 'This call has ended already.';
export const NOT_CONNECTED = 'That works only while the call is connected.';
export const ELSEWHERE = 'This call is being answered in another window.';
export const OFFLINE = 'There is no connection to the server at the moment.';
export const NO_ACCOUNT = 'This account is not signed in.';
export const NO_NUMBER = 'That cannot be called. Try a name, a number or an address like name@example.com.';
export const NOT_A_DIGIT = 'That is not a key of a telephone.';
export const NO_DIGIT = 'The other side does not take digits.';
