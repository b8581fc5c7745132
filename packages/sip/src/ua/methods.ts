import type { ServerTransaction } from '../transaction/index.ts';
import type { Core } from './core.ts';
import type { LiveDialog } from './live-dialog.ts';

/** What is done about a method where no usage of a dialog sees to it. What is missing is answered 481. */
export interface MethodHandler {
  /** No To tag. Scheme, Request-URI, Require and merged requests are looked at already. */
  outside?(core: Core, transaction: ServerTransaction): void;
  /** In a dialog none of whose usages took it. */
  inside?(core: Core, transaction: ServerTransaction, dialog: LiveDialog): void;
  /** Has a To tag, but no dialog is known. False: it is answered 481. */
  unmatched?(core: Core, transaction: ServerTransaction): boolean;
}

/** The methods of calls. A method that `Core.methods` does not hold is answered 405; Allow is derived from it. */
export const callMethods = ['INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS', 'INFO', 'UPDATE', 'PRACK'] as const;
