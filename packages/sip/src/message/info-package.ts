import type { Headers } from './headers.ts';

/** The INFO packages the sender takes (RFC 6086 §7.3), without parameters; undefined where it does not know of packages. */
export function readRecvInfo(headers: Headers): readonly string[] | undefined {
  if (!headers.has('recv-info')) return undefined;
  return headers.all('recv-info').flatMap((line) => line.split(',').flatMap((value) => name(value) || []));
}

/** The package an INFO belongs to; undefined for one of the older kind. Case counts (RFC 6086 §7.2). */
export function readInfoPackage(headers: Headers): string | undefined {
  const value = headers.get('info-package');
  return value === undefined ? undefined : name(value);
}

function name(value: string): string {
  return value.replace(/;.*/, '').trim();
}
