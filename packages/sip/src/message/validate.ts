import { all, parseInteger, TOKEN } from './characters.ts';
import { parseAuthValue } from './credentials.ts';
import { parseCSeq, parseRAck } from './cseq.ts';
import { isCommaList } from './header-names.ts';
import type { Headers } from './headers.ts';
import type { SipMessage, SipRequest, SipResponse } from './message.ts';
import { parseNameAddr } from './name-addr.ts';
import { isTimestamp, parseInterval, parseQ, parseRetryAfter, parseSeconds } from './numbers.ts';
import type { ParseFailure } from './parse.ts';
import { parseReplaces } from './replaces.ts';
import { everyValue } from './split.ts';
import { parseMediaType, parseTokenValue } from './tokens.ts';
import { parseVia } from './via.ts';
import { parseWarning } from './warning.ts';

interface Rule {
  /** Whether one value is well-formed. */
  readonly holds: (value: string) => boolean;
  /** One line and one value only. */
  readonly single?: true;
  /** Several values, separated by commas; a line may then be empty only where the grammar has `#`. */
  readonly empty?: true;
}

/**
 * Checks the grammar of every known header that is present: the first fault, or undefined. Called before acting on a message by
 * those it is meant for (UAS, registrar); a proxy leaves alone what it need not read (§16.3). A malformed Date is passed
 * over, as is everything this stack does not know (RFC 4475 §3.1.2.12).
 */
export function validate(message: SipRequest | SipResponse | SipMessage): ParseFailure | undefined {
  const seen = new Set<string>();
  for (const { key } of message.headers.fields) {
    if (seen.has(key)) continue;
    seen.add(key);
    const detail = faultOf(key, message.headers);
    if (detail !== undefined) return failure(message as SipRequest | SipResponse, key, detail);
  }
  return undefined;
}

function faultOf(key: string, headers: Headers): string | undefined {
  // A header may be named "constructor".
  const rule = Object.hasOwn(rules, key) ? rules[key] : undefined;
  if (rule === undefined) return undefined;
  const lines = headers.all(key);
  if (rule.single) {
    if (lines.length > 1 && !(key === 'content-length' && new Set(lines).size === 1)) return 'given more than once';
    return lines.every(rule.holds) ? undefined : 'malformed';
  }
  if (!rule.empty && lines.includes('')) return 'empty';
  if (key === 'contact' && lines.includes('*')) return lines.length === 1 ? undefined : '"*" among other contacts';
  const every = (line: string) => (isCommaList(key) ? line === '' || everyValue(line, rule.holds) : rule.holds(line));
  return lines.every(every) ? undefined : 'malformed';
}

const address: Rule = { holds: (value) => parseNameAddr(value).ok };
const oneAddress: Rule = { ...address, single: true };
/** Route and its kin have no addr-spec form: angle brackets always (§25.1). */
const routes: Rule = { holds: (value) => value.includes('<') && parseNameAddr(value).ok };
const contacts: Rule = { holds: isContact };
const token: Rule = { holds: (value) => all(value, TOKEN) };
const tokens: Rule = { ...token, empty: true };
const tokenValues: Rule = { holds: (value) => parseTokenValue(value) !== undefined };
const oneTokenValue: Rule = { ...tokenValues, single: true };
const seconds: Rule = { holds: (value) => parseSeconds(value) !== undefined, single: true };
const interval: Rule = { holds: (value) => parseInterval(value) !== undefined, single: true };
const auth: Rule = { holds: (value) => parseAuthValue(value) !== undefined };
const mediaRanges: Rule = { holds: (value) => parseMediaType(value) !== undefined, empty: true };
const codings: Rule = { holds: isCoding, empty: true };
const replaces: Rule = { holds: (value) => parseReplaces(value) !== undefined, single: true };

const rules: Readonly<Record<string, Rule | undefined>> = {
  via: { holds: (value) => parseVia(value).ok },
  from: oneAddress,
  to: oneAddress,
  'call-id': { holds: (value) => value !== '' && !/\s/.test(value), single: true },
  cseq: { holds: (value) => parseCSeq(value) !== undefined, single: true },
  'max-forwards': { holds: (value) => parseInteger(value, 0xffffffff) !== undefined, single: true },
  'content-length': { holds: (value) => parseInteger(value) !== undefined, single: true },
  'content-type': { holds: (value) => parseMediaType(value) !== undefined, single: true },
  'content-disposition': oneTokenValue,
  'content-encoding': token,
  contact: contacts,
  route: routes,
  'record-route': routes,
  path: routes,
  'service-route': routes,
  'refer-to': oneAddress,
  'referred-by': oneAddress,
  'p-asserted-identity': address,
  'p-preferred-identity': address,
  'reply-to': oneAddress,
  supported: tokens,
  require: token,
  'proxy-require': token,
  unsupported: tokens,
  allow: tokens,
  'allow-events': token,
  accept: mediaRanges,
  'accept-encoding': codings,
  expires: seconds,
  'min-expires': seconds,
  'retry-after': { holds: (value) => parseRetryAfter(value) !== undefined, single: true },
  'session-expires': interval,
  'min-se': interval,
  rseq: { holds: (value) => (parseInteger(value, 0xffffffff) ?? 0) > 0, single: true },
  rack: { holds: (value) => parseRAck(value) !== undefined, single: true },
  event: oneTokenValue,
  'subscription-state': oneTokenValue,
  reason: tokenValues,
  replaces,
  join: replaces,
  timestamp: { holds: isTimestamp, single: true },
  warning: { holds: (value) => parseWarning(value) !== undefined },
  'www-authenticate': auth,
  'proxy-authenticate': auth,
  authorization: auth,
  'proxy-authorization': auth,
  'mime-version': { holds: (value) => /^\d+\.\d+$/.test(value), single: true },
};

/** `contact-params = c-p-q / c-p-expires / contact-extension` (§25.1). */
function isContact(value: string): boolean {
  const parsed = parseNameAddr(value);
  if (!parsed.ok) return false;
  const { params } = parsed.value;
  const q = params.raw('q');
  return q === undefined || parseQ(q) !== undefined;
}

/** `codings = content-coding / "*"` with parameters. */
function isCoding(value: string): boolean {
  return value === '*' || parseTokenValue(value) !== undefined;
}

function failure(message: SipRequest | SipResponse, key: string, detail: string): ParseFailure {
  const answered = message.kind === 'request' && message.method !== 'ACK';
  return { code: key, position: 0, status: answered ? 400 : undefined, message, detail: `${key}: ${detail}` };
}
