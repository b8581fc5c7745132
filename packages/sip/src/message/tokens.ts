import { all, octetsOf, SEMICOLON, SLASH, skip, skipSpace, TOKEN } from './characters.ts';
import type { Headers } from './headers.ts';
import { type Params, parseParams } from './params.ts';

/** `token *( SEMI generic-param )`: the shape of Event, Reason, Subscription-State, Content-Disposition and more. */
export interface TokenValue {
  /** As written. */
  readonly token: string;
  readonly params: Params;
}

export function parseTokenValue(text: string): TokenValue | undefined {
  const octets = octetsOf(text);
  const end = skip(octets, 0, TOKEN);
  if (end === 0) return undefined;
  const after = skipSpace(octets, end);
  if (after < text.length && octets[after] !== SEMICOLON) return undefined;
  const params = parseParams(text, after);
  return params.ok ? { token: text.slice(0, end), params: params.value } : undefined;
}

/** `type/subtype *( SEMI m-parameter )` (§20.15), type and subtype in lower case. */
export interface MediaType {
  readonly type: string;
  readonly subtype: string;
  /** 'type/subtype' */
  readonly essence: string;
  readonly params: Params;
}

export function parseMediaType(text: string): MediaType | undefined {
  const octets = octetsOf(text);
  const typeEnd = skip(octets, 0, TOKEN);
  const slash = skipSpace(octets, typeEnd);
  if (typeEnd === 0 || octets[slash] !== SLASH) return undefined;
  const start = skipSpace(octets, slash + 1);
  const end = skip(octets, start, TOKEN);
  if (end === start) return undefined;
  const params = parseParams(text, end);
  if (!params.ok) return undefined;
  const type = text.slice(0, typeEnd).toLowerCase();
  const subtype = text.slice(start, end).toLowerCase();
  return { type, subtype, essence: `${type}/${subtype}`, params: params.value };
}

/** Event (RFC 6665 §8.2.1): packages compare without parameters, the id exactly. */
export interface EventValue {
  readonly package: string;
  readonly id?: string;
  readonly params: Params;
}

export function parseEvent(text: string): EventValue | undefined {
  const value = parseTokenValue(text);
  if (value === undefined) return undefined;
  const id = value.params.get('id');
  return { package: value.token, ...(id === undefined ? {} : { id }), params: value.params };
}

/** Reason (RFC 3326): `SIP;cause=200;text="Call completed elsewhere"`. */
export interface ReasonValue {
  readonly protocol: string;
  readonly cause?: number;
  readonly text?: string;
  readonly params: Params;
}

export function parseReason(text: string): ReasonValue | undefined {
  const value = parseTokenValue(text);
  if (value === undefined) return undefined;
  const cause = value.params.get('cause');
  const words = value.params.get('text');
  return {
    protocol: value.token,
    ...(cause !== undefined && /^\d{1,5}$/.test(cause) ? { cause: Number(cause) } : {}),
    ...(words === undefined ? {} : { text: words }),
    params: value.params,
  };
}

/** Option tags compare without regard to case, so they come in lower case. */
export const readSupported: (headers: Headers) => readonly string[] = optionTags('supported');
export const readRequire: (headers: Headers) => readonly string[] = optionTags('require');
export const readProxyRequire: (headers: Headers) => readonly string[] = optionTags('proxy-require');
export const readUnsupported: (headers: Headers) => readonly string[] = optionTags('unsupported');
/** Methods compare with regard to case (§7.1). */
export const readAllow: (headers: Headers) => readonly string[] = tokens('allow');
export const readAllowEvents: (headers: Headers) => readonly string[] = tokens('allow-events');

export function readContentType(headers: Headers): MediaType | undefined {
  return parseMediaType(headers.get('content-type') ?? '');
}

export function readContentDisposition(headers: Headers): TokenValue | undefined {
  return parseTokenValue(headers.get('content-disposition') ?? '');
}

export function readContentEncodings(headers: Headers): readonly string[] {
  return tokens('content-encoding')(headers).map((coding) => coding.toLowerCase());
}

export function readAccept(headers: Headers): readonly MediaType[] {
  return headers.list('accept').flatMap((value) => parseMediaType(value) ?? []);
}

export function readEvent(headers: Headers): EventValue | undefined {
  return parseEvent(headers.get('event') ?? '');
}

export function readSubscriptionState(headers: Headers): TokenValue | undefined {
  return parseTokenValue(headers.get('subscription-state') ?? '');
}

export function readReasons(headers: Headers): readonly ReasonValue[] {
  return headers.list('reason').flatMap((value) => parseReason(value) ?? []);
}

function tokens(key: string): (headers: Headers) => readonly string[] {
  return (headers) => headers.list(key).filter((value) => all(value, TOKEN));
}

function optionTags(key: string): (headers: Headers) => readonly string[] {
  const read = tokens(key);
  return (headers) => read(headers).map((tag) => tag.toLowerCase());
}
