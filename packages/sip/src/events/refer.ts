import { utf8Decode } from '../runtime/index.ts';
import type { EventPackage } from './event-package.ts';

/** How the request that a REFER asked for fares: its last status. */
export interface ReferStatus {
  readonly status: number;
  readonly reason: string;
}

/** The event package `refer` (RFC 3515) with the status line of a `message/sipfrag` (RFC 3420). */
export const refer: EventPackage<ReferStatus> = {
  name: 'refer',
  accept: ['message/sipfrag'],
  read(_type, body) {
    const [, status, reason = ''] = /^SIP\/2\.0 ([1-6]\d\d)(?: ([^\r\n]*))?(?:\r?\n|$)/i.exec(utf8Decode(body)) ?? [];
    return status === undefined
      ? { ok: false, reason: 'malformed' }
      : { ok: true, value: { status: Number(status), reason } };
  },
  write: ({ status, reason }) => ({
    contentType: 'message/sipfrag;version=2.0',
    body: `SIP/2.0 ${status} ${reason}\r\n`,
  }),
};
