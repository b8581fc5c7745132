import type { HeaderField } from './header-field.ts';
import type { Headers } from './headers.ts';
import { type NameAddr, type ReceivedNameAddr, readNameAddr, readOneNameAddr } from './name-addr.ts';
import { Params } from './params.ts';
import { findComma } from './split.ts';
import { type ReceivedVia, readVia as readOneVia, type Via, viaForAnswer } from './via.ts';

/** Stands where a message made here has no such header yet; the parser lets no such message through. */
const nowhere: NameAddr = { uri: { scheme: '', rest: '' }, uriText: '', params: Params.empty };
const noVia: Via = { protocol: 'SIP/2.0', transport: '', host: '', params: Params.empty };

/** The first Via of a line, or the place of its fault. The parser looks at these first, so that no one has to read them twice. */
export function viaOf({ text, octets, from, to }: HeaderField): ReceivedVia | number {
  return readOneVia(text, octets, from, to);
}

/** The one address a line holds, or the place of its fault. */
export function addressOf({ text, octets, from, to }: HeaderField): ReceivedNameAddr | number {
  return readOneNameAddr(text, octets, from, to);
}

/** The addresses of a line. All or nothing: a list with one malformed value is no list, so that no one acts on half of it. */
function addressesOf({ text, octets, from, to }: HeaderField): readonly NameAddr[] | undefined {
  if (from === to) return none;
  let found: NameAddr[] | undefined;
  for (let at = from; ; ) {
    const address = readNameAddr(text, octets, at, to);
    if (typeof address === 'number') return undefined;
    if (found === undefined) found = [address];
    else found.push(address);
    if (address.end >= to) return found;
    at = address.end + 1;
  }
}

export function readVias(headers: Headers): readonly Via[] {
  const vias: Via[] = [];
  for (const field of headers.fields) {
    if (field.key !== 'via') continue;
    const { text, octets, to } = field;
    let via = field.read(viaOf);
    for (let at = field.from; ; via = readOneVia(text, octets, at, to)) {
      // A malformed one is passed over.
      const end = typeof via === 'number' ? findComma(text, at, to) : via.end;
      if (typeof via !== 'number') vias.push(via);
      if (end < 0 || end >= to) break;
      at = end + 1;
    }
  }
  return vias;
}

/** The topmost Via: the first value of the first line (§7.3.1, §8.1.3.3). */
export function readVia(headers: Headers): Via {
  const via = headers.field('via')?.read(viaOf);
  return (typeof via === 'object' ? via : viaForAnswer(headers.first('via') ?? '')) ?? noVia;
}

export function readFrom(headers: Headers): NameAddr {
  return readAddress(headers, 'from') ?? nowhere;
}

export function readTo(headers: Headers): NameAddr {
  return readAddress(headers, 'to') ?? nowhere;
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
  const address = headers.field(key)?.read(addressOf);
  return typeof address === 'object' ? address : undefined;
}

function addresses(key: string): (headers: Headers) => readonly NameAddr[] {
  return (headers) => {
    let found: readonly NameAddr[] = none;
    for (const field of headers.fields) {
      if (field.key !== key) continue;
      const line = field.read(addressesOf);
      if (line === undefined) return none;
      found = found.length === 0 ? line : [...found, ...line];
    }
    return found;
  };
}

const none: readonly NameAddr[] = [];
