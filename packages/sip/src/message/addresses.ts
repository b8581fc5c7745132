import type { Result } from '../runtime/result.ts';
import type { SyntaxFailure } from './failure.ts';
import type { Headers } from './headers.ts';
import { type NameAddr, parseNameAddr } from './name-addr.ts';
import { Params } from './params.ts';
import { everyValue } from './split.ts';
import { parseVia, type Via, viaForAnswer } from './via.ts';

/** Stands where a message made here has no such header yet; the parser lets no such message through. */
const nowhere: NameAddr = { uri: { scheme: '', rest: '' }, uriText: '', params: Params.empty };
const noVia: Via = { protocol: 'SIP/2.0', transport: '', host: '', params: Params.empty };

export function readVias(headers: Headers): readonly Via[] {
  const vias: Via[] = [];
  for (const value of headers.list('via')) {
    const via = parseVia(value);
    if (via.ok) vias.push(via.value);
  }
  return vias;
}

/** The topmost Via: the first value of the first line (§7.3.1, §8.1.3.3). */
export function readVia(headers: Headers): Via {
  const via = headers.read(parsedVia);
  return (via?.ok ? via.value : viaForAnswer(headers.first('via') ?? '')) ?? noVia;
}

export function readFrom(headers: Headers): NameAddr {
  const from = headers.read(parsedFrom);
  return from?.ok ? from.value : nowhere;
}

export function readTo(headers: Headers): NameAddr {
  const to = headers.read(parsedTo);
  return to?.ok ? to.value : nowhere;
}

/** Undefined: no such header. The parser looks at these first, so that no one has to read them twice. */
export function parsedVia(headers: Headers): Result<Via, SyntaxFailure> | undefined {
  const first = headers.first('via');
  return first === undefined ? undefined : parseVia(first);
}

export function parsedFrom(headers: Headers): Result<NameAddr, SyntaxFailure> | undefined {
  const value = headers.get('from');
  return value === undefined ? undefined : parseNameAddr(value);
}

export function parsedTo(headers: Headers): Result<NameAddr, SyntaxFailure> | undefined {
  const value = headers.get('to');
  return value === undefined ? undefined : parseNameAddr(value);
}

export function readReferTo(headers: Headers): NameAddr | undefined {
  return readAddress(headers, 'refer-to');
}

export function readReferredBy(headers: Headers): NameAddr | undefined {
  return readAddress(headers, 'referred-by');
}

export function readContactStar(headers: Headers): boolean {
  const values = headers.list('contact');
  return values.length === 1 && values[0] === '*';
}

export const readContacts: (headers: Headers) => readonly NameAddr[] = addresses('contact');
export const readRoutes: (headers: Headers) => readonly NameAddr[] = addresses('route');
export const readRecordRoutes: (headers: Headers) => readonly NameAddr[] = addresses('record-route');
export const readPaths: (headers: Headers) => readonly NameAddr[] = addresses('path');
export const readServiceRoutes: (headers: Headers) => readonly NameAddr[] = addresses('service-route');
export const readAssertedIdentities: (headers: Headers) => readonly NameAddr[] = addresses('p-asserted-identity');

function readAddress(headers: Headers, key: string): NameAddr | undefined {
  const value = headers.get(key);
  const address = value === undefined ? undefined : parseNameAddr(value);
  return address?.ok ? address.value : undefined;
}

/** All or nothing: a list with one malformed value is no list, so that no one acts on half of it. */
function addresses(key: string): (headers: Headers) => readonly NameAddr[] {
  return (headers) => {
    const found: NameAddr[] = [];
    const take = (value: string): boolean => {
      const address = parseNameAddr(value);
      if (address.ok) found.push(address.value);
      return address.ok;
    };
    return headers.all(key).every((line) => line === '' || everyValue(line, take)) ? found : [];
  };
}
