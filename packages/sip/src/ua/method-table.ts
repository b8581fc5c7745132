import { respondToOptions } from './answers.ts';
import { takeMessage } from './messages.ts';
import { callMethods, type MethodHandler } from './methods.ts';
import type { UserAgentOptions } from './options.ts';
import { takeReferral } from './transfer/referral.ts';

/** One table for all user agents. INVITE is for `Reception` alone. */
const table: ReadonlyMap<string, MethodHandler> = new Map<string, MethodHandler>([
  ...callMethods.map((method): [string, MethodHandler] => [method, {}]),
  [
    'OPTIONS',
    {
      outside: respondToOptions,
      inside: (core, transaction, { hidden }) => respondToOptions(core, transaction, hidden),
    },
  ],
  [
    'SUBSCRIBE',
    {
      outside: ({ subscriptions }, transaction) => subscriptions.subscribe(transaction),
      inside: ({ subscriptions }, transaction, dialog) => subscriptions.subscribe(transaction, dialog),
    },
  ],
  [
    'NOTIFY',
    {
      outside: ({ subscriptions }, transaction) => subscriptions.unsolicited(transaction),
      unmatched: ({ subscriptions }, transaction) => subscriptions.form(transaction),
    },
  ],
  ['REFER', { outside: takeReferral, inside: takeReferral }],
]);

const withMessage: typeof table = new Map([...table, ['MESSAGE', { outside: takeMessage, inside: takeMessage }]]);

/** The methods a user agent takes: MESSAGE only if somebody listens. */
export function methodsOf({ events }: UserAgentOptions): typeof table {
  return events.message ? withMessage : table;
}
