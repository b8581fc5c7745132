import { readInfoPackage, refuseBody, type SipRequest } from '../message/index.ts';
import { utf8Decode } from '../runtime/index.ts';
import type { ServerTransaction } from '../transaction/index.ts';
import { respond } from './answers.ts';
import type { Core } from './core.ts';
import { recvInfo } from './own-headers.ts';
import type { Session } from './session.ts';

/** An INFO package that we take (RFC 6086 §10), handed in through `UserAgentOptions.infoPackages`. */
export interface InfoPackage {
  /** As in `Info-Package` and `Recv-Info`; case counts. */
  readonly name: string;
  /** The types of its bodies. */
  readonly types: readonly string[];
  /** An option tag that stands for it (RFC 6086 §10.6), for `Supported`. */
  readonly option?: string;
  /** An INFO of the far side, answered 200 already. `bodyOf` finds its body. */
  received(session: Session, info: SipRequest): void;
}

export interface Dtmf {
  readonly digit: string;
  /** Milliseconds. */
  readonly duration: number;
}

/**
 * Answers an INFO of a call, early or not, and tells who it is for. Without `Info-Package` it is of the older kind (RFC 2976), known by the
 * type of its body.
 */
export function takeInfo(core: Core, session: Session, transaction: ServerTransaction): void {
  const { request } = transaction;
  const { infoPackages = [], events } = core.options;
  const name = readInfoPackage(request.headers);
  const pack = infoPackages.find((each) => each.name === name);
  if (name !== undefined && !pack) {
    respond(transaction, 469, { headers: recvInfo(core) });
    return;
  }
  const dtmf = pack ? undefined : readDtmf(request);
  // Empty is no body of the older kind, but a way to see whether the far side is there.
  const refusal = dtmf ? undefined : refuseBody(request, pack?.types ?? []);
  if (refusal) respond(transaction, 415, pack ? refusal : { headers: [['Accept', infoTypes]] });
  else {
    respond(transaction, 200);
    if (pack) core.turns.after(() => pack.received(session, request));
    if (dtmf) core.turns.after(() => events.dtmf?.(session, dtmf.digit, dtmf.duration));
  }
}

/** Of an INFO of that package, or of the older kind. */
export function infoHeaders(infoPackage?: string): [string, string][] {
  if (infoPackage === undefined) return [];
  return [
    ['Info-Package', infoPackage],
    ['Content-Disposition', 'Info-Package'],
  ];
}

/** Body types of INFO without package that we understand. */
const infoTypes = 'application/dtmf-relay, application/dtmf';

/** Body of `application/dtmf-relay`. Throws on what is no DTMF digit. */
export function dtmfRelay(digit: string, duration: number): string {
  if (!isDigit(digit)) throw new RangeError(`not a DTMF digit: ${digit}`);
  return `Signal=${digit.toUpperCase()}\r\nDuration=${Math.round(duration)}\r\n`;
}

/**
 * The digit of an INFO; undefined when the body is no DTMF. Peers disagree on the details, so lines come in any order, end in LF or CRLF, may
 * have blanks around `=`, and star and pound may be numbers (RFC 2833 §3.10).
 */
export function readDtmf(info: SipRequest): Dtmf | undefined {
  const type = info.contentType;
  const text = utf8Decode(info.body);
  if (type === undefined) return undefined;
  if (type.essence === 'application/dtmf') return dtmf(text.trim(), undefined);
  if (type.essence !== 'application/dtmf-relay') return undefined;
  const fields = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const equals = line.search(/[=:]/);
    if (equals > 0) fields.set(line.slice(0, equals).trim().toLowerCase(), line.slice(equals + 1).trim());
  }
  return dtmf(fields.get('signal') ?? '', fields.get('duration'));
}

function dtmf(signal: string, duration: string | undefined): Dtmf | undefined {
  const digit = numbered[Number(signal) - 10] ?? signal.toUpperCase();
  if (!isDigit(digit)) return undefined;
  const length = Number.parseInt(duration ?? '', 10);
  return { digit, duration: length > 0 ? Math.min(length, longest) : usual };
}

function isDigit(text: string): boolean {
  return /^[0-9*#A-D]$/i.test(text);
}

/** From 10 on. */
const numbered = '*#ABCD';
const usual = 160;
const longest = 5000;
