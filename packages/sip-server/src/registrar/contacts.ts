import { isSipUri, type NameAddr, type SipRequest } from '@ringback/sip';
import type { BindingRequest } from '../location-service/index.ts';

/** What one Contact of a REGISTER asks for; `seconds` 0 asks for its removal. */
export interface ContactRequest {
  readonly contact: string;
  readonly params: string;
  readonly seconds: number;
  readonly q: number;
  readonly instance?: string;
  readonly regId?: number;
}

export interface RegistrationLimits {
  readonly min: number;
  readonly default: number;
  readonly max: number;
}

export type ContactsVerdict =
  | { readonly ok: true; readonly contacts: readonly ContactRequest[]; readonly removeAll: boolean }
  | { readonly ok: false; readonly status: number; readonly headers: readonly (readonly [string, string])[] };

/** §10.3 steps 6 and 7 as far as they need no bindings: which contacts, for how long, and what is wrong with them. */
export function readContacts(request: SipRequest, limits: RegistrationLimits, most: number): ContactsVerdict {
  const lines = request.headers.list('contact');
  if (lines.includes('*')) {
    const alone = lines.length === 1 && request.headers.get('expires')?.trim() === '0';
    return alone ? { ok: true, contacts: [], removeAll: true } : refuse(400);
  }
  if (lines.length > most) return refuse(403);
  if (request.contacts.length !== lines.length) return refuse(400);
  const header = request.headers.get('expires');
  const general = header === undefined ? limits.default : readExpires(header);
  const contacts: ContactRequest[] = [];
  for (const address of request.contacts) {
    if (!isSipUri(address.uri)) return refuse(400);
    const own = address.params.has('expires');
    const seconds = (own ? readExpires(address.params.get('expires')) : general) ?? DEFAULT_FOR_NONSENSE;
    if (seconds > 0 && seconds < limits.min && seconds < 3600) return refuse(423, ['Min-Expires', String(limits.min)]);
    contacts.push(contactRequest(address, Math.min(seconds, limits.max)));
  }
  // RFC 5626 §6: two flows cannot be made by one request.
  const flows = contacts.filter(({ regId, seconds }) => regId !== undefined && seconds > 0);
  return flows.length > 1 ? refuse(400) : { ok: true, contacts, removeAll: false };
}

function contactRequest(address: NameAddr, seconds: number): ContactRequest {
  const { params } = address;
  const instance = /^<(.+)>$/.exec(params.get('+sip.instance') ?? '')?.[1];
  const regId = Number(/^[1-9]\d{0,9}$/.exec(params.get('reg-id') ?? '')?.[0] ?? Number.NaN);
  return {
    contact: address.uriText,
    params: ['expires', 'q', 'pub-gruu', 'temp-gruu'].reduce((rest, name) => rest.without(name), params).toString(),
    seconds,
    q: readQ(params.get('q')),
    ...(instance === undefined ? undefined : { instance }),
    // RFC 5626 §6: a reg-id without instance is ignored, and 0 is none.
    ...(instance === undefined || Number.isNaN(regId) ? undefined : { regId }),
  };
}

/** The binding as the location service takes it. */
export function bindingRequest(
  contact: ContactRequest,
  rest: Pick<BindingRequest, 'transport' | 'source' | 'tied' | 'path' | 'flowId'> & { readonly now: number },
): BindingRequest {
  const { seconds, ...binding } = contact;
  const { now, ...where } = rest;
  return { ...binding, ...where, expiresAt: now + seconds * 1000 };
}

/** `delta-seconds`; what is too large is as good as for ever, what is malformed reads as undefined (§10.3, 3600 then). */
function readExpires(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d+$/.test(text.trim())) return undefined;
  return Math.min(Number(text), 2 ** 32 - 1);
}

/** Thousandths; `qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] )`, 1 when absent or malformed. */
function readQ(text: string | undefined): number {
  const valid = text !== undefined && /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(text);
  return valid ? Math.round(Number(text) * 1000) : 1000;
}

function refuse(status: number, ...headers: readonly (readonly [string, string])[]): ContactsVerdict {
  return { ok: false, status, headers };
}

const DEFAULT_FOR_NONSENSE = 3600;
