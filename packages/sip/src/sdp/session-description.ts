import { err, ok, type Result } from '../runtime/result.ts';

/** `type=value`, one letter and the rest of the line. */
export interface SdpLine {
  readonly type: string;
  readonly value: string;
}

/** One m-section (RFC 8866 §5.14): its m-line taken apart, the lines below it as they stand. */
export interface MediaSection {
  /** audio, video, application … */
  readonly media: string;
  /** 0: rejected or switched off, the slot stays (RFC 3264 §6). */
  readonly port: number;
  /** Number of ports, when the m-line says `port/count`. */
  readonly portCount?: number;
  /** RTP/AVP, UDP/TLS/RTP/SAVPF … */
  readonly protocol: string;
  /** Payload types or whatever the protocol calls formats. */
  readonly formats: readonly string[];
  readonly lines: readonly SdpLine[];
}

/** A session description: immutable, with every line in its place. */
export interface SessionDescription {
  /** The session level, from `v=` to the first `m=`. */
  readonly lines: readonly SdpLine[];
  readonly media: readonly MediaSection[];
}

/** Where a description is not one. `line` counts from 1. */
export interface SdpFailure {
  readonly line: number;
  readonly detail: string;
}

/**
 * Reads a session description (RFC 8866 §5). Lone LF ends a line too, empty lines at the end do no harm, unknown letters and
 * attributes are kept. Asked for: `v=0` first, then `o=`, and m-lines that can be understood.
 */
export function parseSdp(text: string): Result<SessionDescription, SdpFailure> {
  const rows = text.split('\n');
  while (rows.length > 0 && isEmpty(rows[rows.length - 1])) rows.pop();
  if (rows.length > MAX_LINES) return failure(MAX_LINES, 'too many lines');
  const session: SdpLine[] = [];
  const media: MediaSection[] = [];
  let current: SdpLine[] = session;
  for (const [i, row] of rows.entries()) {
    const line = row.endsWith('\r') ? row.slice(0, -1) : row;
    const letter = line.charCodeAt(0) | 0x20;
    if (line.charAt(1) !== '=' || letter < 0x61 || letter > 0x7a) return failure(i + 1, 'expected "x=…"');
    const value = line.slice(2);
    if (line.charAt(0) === 'm') {
      const section = parseMediaLine(value);
      if (section === undefined) return failure(i + 1, 'malformed m-line');
      current = [];
      media.push({ ...section, lines: current });
    } else {
      current.push({ type: line.charAt(0), value });
    }
  }
  if (session[0]?.type !== 'v' || session[0].value.trim() !== '0') return failure(1, 'expected v=0');
  if (session[1]?.type !== 'o') return failure(2, 'expected o=');
  return ok({ lines: session, media });
}

/** CRLF after each line (RFC 8866 §5). */
export function printSdp(sdp: SessionDescription): string {
  let text = printLines(sdp.lines);
  for (const section of sdp.media) text += `m=${printMediaLine(section)}\r\n${printLines(section.lines)}`;
  return text;
}

/** The description with one m-section changed. */
export function withMedia(
  sdp: SessionDescription,
  index: number,
  change: (section: MediaSection) => MediaSection,
): SessionDescription {
  return { ...sdp, media: sdp.media.map((section, i) => (i === index ? change(section) : section)) };
}

const MAX_LINES = 10_000;

/** `m=<media> <port>["/"<count>] <proto> <fmt> …` */
function parseMediaLine(value: string): Omit<MediaSection, 'lines'> | undefined {
  const [media, ports, protocol, ...formats] = value.trim().split(/ +/);
  const numbers = /^(\d{1,5})(?:\/(\d{1,5}))?$/.exec(ports ?? '');
  if (media === undefined || media === '' || numbers === null || protocol === undefined) return undefined;
  const port = Number(numbers[1]);
  if (port > 65535) return undefined;
  return { media, port, ...(numbers[2] === undefined ? {} : { portCount: Number(numbers[2]) }), protocol, formats };
}

function printMediaLine({ media, port, portCount, protocol, formats }: MediaSection): string {
  return [media, portCount === undefined ? port : `${port}/${portCount}`, protocol, ...formats].join(' ');
}

function printLines(lines: readonly SdpLine[]): string {
  let text = '';
  for (const { type, value } of lines) text += `${type}=${value}\r\n`;
  return text;
}

function isEmpty(row: string | undefined): boolean {
  return row === '' || row === '\r';
}

function failure(line: number, detail: string): Result<never, SdpFailure> {
  return err({ line, detail });
}
