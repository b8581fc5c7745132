import { createResponse, type ResponseParts } from '../message/index.ts';
import type { ServerTransaction } from '../transaction/index.ts';
import { statelessTag } from '../transport/stateless-tag.ts';
import type { Core } from './core.ts';
import { abilities } from './own-headers.ts';

/** Answers a request; outside of a dialog the response gets a To tag of its own (§8.2.6.2), which names no dialog. */
export function respond(transaction: ServerTransaction, status: number, parts: ResponseParts = {}): void {
  const { request } = transaction;
  transaction.respond(createResponse(request, status, { ...parts, toTag: parts.toTag ?? statelessTag(request) }));
}

/** 500 for a request that comes while another of its kind is being worked on (§14.2, RFC 3311 §5.2). */
export function respondLater(core: Core, transaction: ServerTransaction): void {
  const seconds = Math.floor(core.random.number() * 11);
  respond(transaction, 500, { headers: [['Retry-After', String(seconds)]] });
}

/** What we can do, as OPTIONS asks (§11.2). In a dialog it changes nothing. */
export function respondToOptions(core: Core, transaction: ServerTransaction, hidden?: boolean): void {
  respond(transaction, 200, {
    headers: [
      ['Contact', core.flows.contact(hidden)],
      ['Accept', 'application/sdp, application/dtmf-relay'],
      ['Accept-Encoding', 'identity'],
      ['Accept-Language', 'en'],
      ...abilities(core),
      ...core.subscriptions.allowEvents,
    ],
  });
}

/** An extension the far side requires and we lack is refused (§8.2.2.3). True when the request was answered. */
export function refuseExtensions(core: Core, transaction: ServerTransaction): boolean {
  const lacking = transaction.request.require.filter((tag) => !core.extensions.has(tag));
  if (lacking.length === 0) return false;
  respond(transaction, 420, { headers: [['Unsupported', lacking.join(', ')]] });
  return true;
}

/** A method we do not have (§8.2.1): 405 for one that others may, 501 for one nobody knows (§21.5.2). */
export function refuseMethod(core: Core, transaction: ServerTransaction): void {
  const known = /^(REGISTER|PUBLISH|MESSAGE)$/.test(transaction.request.method);
  respond(transaction, known ? 405 : 501, { headers: abilities(core).slice(0, 1) });
}

/** The values of `Warning` and the like for a refusal of media. */
export function warningHeader(warning: string | undefined): readonly (readonly [string, string])[] {
  return warning === undefined ? [] : [['Warning', warning]];
}
