import type { Headers } from './headers.ts';
import { type Params, parseParams } from './params.ts';

/** The dialog an INVITE replaces or joins, as its receiver sees it (RFC 3891 §6.1, RFC 3911 §7.1): `toTag` is the receiver's own. */
export interface DialogReference {
  readonly callId: string;
  readonly toTag: string;
  readonly fromTag: string;
  /** Replace the dialog only while it is early. */
  readonly earlyOnly: boolean;
  readonly params: Params;
}

/** `Replaces = callid *( SEMI replaces-param )`, with to-tag and from-tag once each. */
export function parseReplaces(text: string): DialogReference | undefined {
  const semicolon = text.indexOf(';');
  const params = semicolon < 0 ? undefined : parseParams(text, semicolon);
  if (params === undefined || !params.ok) return undefined;
  const { value } = params;
  const callId = text.slice(0, semicolon).trim();
  const [toTag, fromTag] = [value.get('to-tag'), value.get('from-tag')];
  if (callId === '' || /\s/.test(callId) || !toTag || !fromTag) return undefined;
  if (value.count('to-tag') > 1 || value.count('from-tag') > 1) return undefined;
  return { callId, toTag, fromTag, earlyOnly: value.has('early-only'), params: value };
}

export function readReplaces(headers: Headers): DialogReference | undefined {
  return parseReplaces(headers.get('replaces') ?? '');
}

export function readJoin(headers: Headers): DialogReference | undefined {
  return parseReplaces(headers.get('join') ?? '');
}
