import { ok, type Result } from '../runtime/result.ts';
import {
  COLON,
  DIGIT,
  HOST,
  integerIn,
  OPEN_BRACKET,
  parseInteger,
  SLASH,
  skip,
  skipSpace,
  TOKEN,
  upper,
} from './characters.ts';
import { type SyntaxFailure, syntaxFailure } from './failure.ts';
import { isHost } from './host.ts';
import { Params, parseParams, sameName } from './params.ts';
import { unquote } from './text.ts';

/** One value of Via (§20.42). */
export interface Via {
  /** 'SIP/2.0' in practice. */
  readonly protocol: string;
  /** In upper case: UDP, TCP, TLS, WS, WSS, SCTP … */
  readonly transport: string;
  /** The sent-by host; an IPv6 address with its brackets. */
  readonly host: string;
  readonly port?: number | undefined;
  readonly params: Params;
  readonly branch?: string | undefined;
  /** The address the request came from, an IPv6 address without brackets, however it was written (RFC 5118 §4.5). */
  readonly received?: string | undefined;
  /** The port the request came from; '' when it was asked for and not yet filled in (RFC 3581 §3). */
  readonly rport?: number | '' | undefined;
}

/** A branch that begins so is unique in itself; any other needs the matching of RFC 2543 (§17.2.3). */
export const MAGIC_COOKIE = 'z9hG4bK';

/** `via({ transport: 'UDP', host: '192.0.2.1', port: 5060, params: Params.of({ branch, rport: undefined }) })` */
export function via(parts: {
  readonly transport: string;
  readonly host: string;
  readonly port?: number | undefined;
  readonly params: Params;
}): Via {
  const { transport, host, port, params } = parts;
  return describe(
    'SIP/2.0',
    transport.toUpperCase(),
    host.includes(':') && !host.startsWith('[') ? `[${host}]` : host,
    port,
    params,
  );
}

/** `via-parm = sent-protocol LWS sent-by *( SEMI via-params )`, white space allowed around "/" and ":". */
export function parseVia(text: string, from = 0, to: number = text.length): Result<Via, SyntaxFailure> {
  const parsed = parseSentBy(text, from);
  if (!parsed.ok) return parsed;
  const { protocol, transport, host, port, end } = parsed.value;
  const params = parseParams(text, end, to);
  if (!params.ok) return params;
  return ok(describe(protocol, transport, host, port, params.value));
}

/** As `parseVia`, without the parameters where they are malformed: enough for a 400 to find its way (§8.2.6). */
export function viaForAnswer(text: string): Via | undefined {
  const parsed = parseSentBy(text);
  if (!parsed.ok) return undefined;
  const { protocol, transport, host, port, end } = parsed.value;
  const params = parseParams(text, end);
  return describe(protocol, transport, host, port, params.ok ? params.value : Params.empty);
}

/** The text of a Via value (§20.42). */
export function printVia(value: Via): string {
  const port = value.port === undefined ? '' : `:${value.port}`;
  return `${value.protocol}/${value.transport} ${value.host}${port}${value.params.toString()}`;
}

/** The same Via with a parameter set. */
export function withViaParam(value: Via, name: string, text?: string): Via {
  return describe(value.protocol, value.transport, value.host, value.port, value.params.with(name, text));
}

interface SentBy {
  readonly protocol: string;
  readonly transport: string;
  readonly host: string;
  readonly port: number | undefined;
  readonly end: number;
}

/** The part of a Via that an answer needs; what follows may be malformed (§8.2.6: a 400 must still find its way). */
export function parseSentBy(text: string, from = 0): Result<SentBy, SyntaxFailure> {
  const start = skipSpace(text, from);
  let protocol = 'SIP/2.0';
  let at = start;
  if (text.startsWith('SIP/2.0/', at)) {
    at += 8;
  } else {
    protocol = '';
    for (let i = 0; i < 2; i++) {
      const end = skip(text, at, TOKEN);
      if (end === at) return syntaxFailure(at, 'expected protocol/version/transport');
      protocol += (i > 0 ? '/' : '') + text.slice(at, end);
      at = skipSpace(text, end);
      if (text.charCodeAt(at) !== SLASH) return syntaxFailure(at, 'expected "/"');
      at = skipSpace(text, at + 1);
    }
  }
  const transportEnd = skip(text, at, TOKEN);
  if (transportEnd === at) return syntaxFailure(at, 'expected a transport');
  const transport = upper(text.slice(at, transportEnd));
  at = skipSpace(text, transportEnd);
  if (at === transportEnd) return syntaxFailure(at, 'expected white space after the transport');
  const close = text.charCodeAt(at) === OPEN_BRACKET ? text.indexOf(']', at) + 1 : skip(text, at, HOST);
  const host = text.slice(at, close);
  if (close <= at || (text.charCodeAt(at) === OPEN_BRACKET ? !isHost(host) : host.length > 255))
    return syntaxFailure(at, 'expected a host');
  let end = skipSpace(text, close);
  let port: number | undefined;
  if (text.charCodeAt(end) === COLON) {
    const first = skipSpace(text, end + 1);
    end = skip(text, first, DIGIT);
    port = integerIn(text, first, end, 65535);
    if (port === undefined) return syntaxFailure(first, 'expected a port');
  }
  return ok({ protocol, transport, host, port, end });
}

function describe(protocol: string, transport: string, host: string, port: number | undefined, params: Params): Via {
  let branch: string | undefined;
  let received: string | undefined;
  let rport: number | '' | undefined;
  for (const { name, value = '' } of params.entries) {
    if (sameName(name, 'branch')) branch ??= unquote(value);
    else if (sameName(name, 'rport')) rport ??= parseInteger(unquote(value), 65535) ?? '';
    else if (sameName(name, 'received')) received ??= withoutBrackets(unquote(value));
  }
  return { protocol, transport, host, port, params, branch, received, rport };
}

function withoutBrackets(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
}
