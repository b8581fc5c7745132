import type { Headers } from './headers.ts';
import { splitCommas } from './split.ts';

/** One `namespace.priority` (RFC 4412 §3.1), in lower case: both compare without regard to case. */
export interface ResourcePriority {
  readonly namespace: string;
  readonly priority: string;
}

/** The values of Resource-Priority in order; those that do not keep the grammar are left out. */
export function readResourcePriority(headers: Headers): readonly ResourcePriority[] {
  return headers.all('resource-priority').flatMap((line) =>
    splitCommas(line).flatMap((value) => {
      const match = VALUE.exec(value.toLowerCase());
      return match?.[1] === undefined || match[2] === undefined ? [] : { namespace: match[1], priority: match[2] };
    }),
  );
}

const VALUE = /^([\w!%*+`'~-]+)\.([\w!%*+`'~-]+)$/;
