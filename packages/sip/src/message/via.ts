import { ok, type Result } from '../runtime/result.ts';
import {
  COLON,
  COMMA,
  DIGIT,
  HOST,
  integerIn,
  OPEN_BRACKET,
  octetsOf,
  parseInteger,
  SLASH,
  skip,
  skipSpace,
  TOKEN,
} from './characters.ts';
import { type SyntaxFailure, syntaxFailure } from './failure.ts';
import { isHost } from './host.ts';
import { BRANCH, headerParams, headerParamsEnd, keyFrom, keyTo, Params } from './params.ts';
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
export function parseVia(text: string): Result<Via, SyntaxFailure> {
  const via = readVia(text, octetsOf(text), 0, text.length);
  const fault = typeof via === 'number' ? via : via.end;
  return typeof via === 'object' && fault >= text.length ? ok(via) : syntaxFailure(fault, 'malformed Via');
}

/** As `parseVia`, without the parameters where they are malformed: enough for a 400 to find its way (§8.2.6). */
export function viaForAnswer(text: string): Via | undefined {
  const via = readVia(text, octetsOf(text), 0, text.length, true);
  return typeof via === 'number' ? undefined : via;
}

/**
 * The first Via that stands in `text` from `from` to `to`, up to there or to a comma, or the place of its fault; `lenient`: faults of its
 * parameters are passed over.
 */
export function readVia(
  text: string,
  octets: Uint8Array,
  from: number,
  to: number,
  lenient = false,
): ReceivedVia | number {
  const start = skipSpace(octets, from);
  let at = start;
  let protocolEnd = at;
  for (let i = 0; i < 2; i++) {
    protocolEnd = skip(octets, at, TOKEN);
    if (protocolEnd === at) return at;
    at = skipSpace(octets, protocolEnd);
    if (octets[at] !== SLASH) return at;
    at = skipSpace(octets, at + 1);
  }
  const transport = at;
  const transportEnd = skip(octets, at, TOKEN);
  const host = skipSpace(octets, transportEnd);
  if (transportEnd === transport || host === transportEnd) return transportEnd;
  const isV6 = octets[host] === OPEN_BRACKET;
  const hostEnd = isV6 ? text.indexOf(']', host) + 1 : skip(octets, host, HOST);
  if (hostEnd <= host || hostEnd > to || (isV6 ? !isHost(text.slice(host, hostEnd)) : hostEnd - host > 255))
    return host;
  at = skipSpace(octets, hostEnd);
  let port: number | undefined;
  if (at < to && octets[at] === COLON) {
    const first = skipSpace(octets, at + 1);
    at = skip(octets, first, DIGIT);
    port = integerIn(octets, first, at, 65535);
    if (port === undefined) return first;
  }
  const end = headerParamsEnd(octets, at, to, BRANCH);
  const sound = end >= to || (end >= 0 && octets[end] === COMMA);
  if (!sound && !lenient) return end < 0 ? -1 - end : end;
  return new ReceivedVia(
    text,
    octets,
    start,
    protocolEnd,
    transport,
    transportEnd,
    host,
    hostEnd,
    port,
    at,
    sound ? keyFrom : -1,
    keyTo,
    end,
    sound ? undefined : Params.empty,
  );
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

/** A Via as positions in the text it was found in. */
export class ReceivedVia implements Via {
  readonly port: number | undefined;
  /** Where it ends: at the end of its line or at a comma. */
  readonly end: number;
  readonly #text: string;
  readonly #octets: Uint8Array;
  readonly #from: number;
  readonly #protocolEnd: number;
  readonly #transportFrom: number;
  readonly #transportTo: number;
  readonly #hostFrom: number;
  readonly #hostTo: number;
  readonly #paramsFrom: number;
  readonly #branchFrom: number;
  readonly #branchTo: number;
  #params: Params | undefined;

  constructor(
    text: string,
    octets: Uint8Array,
    from: number,
    protocolEnd: number,
    transportFrom: number,
    transportTo: number,
    hostFrom: number,
    hostTo: number,
    port: number | undefined,
    paramsFrom: number,
    branchFrom: number,
    branchTo: number,
    end: number,
    params: Params | undefined,
  ) {
    this.end = end;
    this.port = port;
    this.#text = text;
    this.#octets = octets;
    this.#from = from;
    this.#protocolEnd = protocolEnd;
    this.#transportFrom = transportFrom;
    this.#transportTo = transportTo;
    this.#hostFrom = hostFrom;
    this.#hostTo = hostTo;
    this.#paramsFrom = paramsFrom;
    this.#branchFrom = branchFrom;
    this.#branchTo = branchTo;
    this.#params = params;
  }

  get params(): Params {
    this.#params ??= headerParams(this.#text, this.#octets, this.#paramsFrom, this.end);
    return this.#params;
  }
  get protocol(): string {
    return this.#text.slice(this.#from, this.#protocolEnd).replace(/[ \t]/g, '');
  }
  get transport(): string {
    return this.#text.slice(this.#transportFrom, this.#transportTo).toUpperCase();
  }
  get host(): string {
    return this.#text.slice(this.#hostFrom, this.#hostTo);
  }
  get branch(): string | undefined {
    return this.#branchFrom < 0 ? undefined : unquote(this.#text.slice(this.#branchFrom, this.#branchTo));
  }
  get received(): string | undefined {
    return receivedOf(this.params);
  }
  get rport(): number | '' | undefined {
    return rportOf(this.params);
  }
}

function describe(protocol: string, transport: string, host: string, port: number | undefined, params: Params): Via {
  const branch = params.get('branch');
  return { protocol, transport, host, port, params, branch, received: receivedOf(params), rport: rportOf(params) };
}

function receivedOf(params: Params): string | undefined {
  const received = params.get('received');
  return received === undefined ? undefined : withoutBrackets(received);
}

function rportOf(params: Params): number | '' | undefined {
  const rport = params.get('rport');
  return rport === undefined ? undefined : (parseInteger(rport, 65535) ?? '');
}

function withoutBrackets(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
}
