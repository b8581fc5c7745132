import { parseMessage, type SipMessage, SipResponse } from '../message/index.ts';
import { utf8Encode } from '../runtime/index.ts';

/** A message on its way between two participants. */
export interface LadderEntry {
  /** Milliseconds, of any clock. */
  readonly at: number;
  readonly from: string;
  readonly to: string;
  /** As it was sent, or parsed. */
  readonly message: string | SipMessage;
}

/** How a ladder is printed. */
export interface LadderOptions {
  /** What participants are called, left to right; who is not named follows in order of appearance. */
  readonly names?: Readonly<Record<string, string>>;
  /** Columns from one participant to the next; by default as many as the widest message needs. Words that do not fit are cut. */
  readonly width?: number;
}

interface Step {
  readonly at: number;
  readonly from: number;
  readonly to: number;
  readonly words: string;
}

const margin = 11;

/**
 * Messages as a ladder: a line each, with the seconds since the first, an arrow from sender to receiver, what it is, its CSeq, `SDP`
 * where it carries a description, and `again` where it is a retransmission (RFC 3261 §17). Ends with a line feed; empty for no entries.
 *
 * @example
 * console.log(ladder(entries, { names: { '192.0.2.1': 'alice', '192.0.2.2': 'bob' } }));
 */
export function ladder(entries: readonly LadderEntry[], { names = {}, width }: LadderOptions = {}): string {
  const present = new Set(entries.flatMap(({ from, to }) => [from, to]));
  const lanes = [...new Set([...Object.keys(names).filter((each) => present.has(each)), ...present])];
  const titles = lanes.map((lane) => names[lane] ?? lane);
  const seen = new Set<string>();
  const steps = entries.map(({ at, from, to, message }): Step => {
    const { key, words } = describe(message);
    const sent = `${from} ${to} ${key}`;
    const again = key !== '' && seen.has(sent);
    seen.add(sent);
    return { at, from: lanes.indexOf(from), to: lanes.indexOf(to), words: again ? `${words}, again` : words };
  });
  const start = steps[0]?.at ?? 0;
  const wide = Math.max(8, width ?? needed(titles, steps));
  return [titles.length > 0 ? heading(titles, wide) : [], ...steps.map((step) => line(step, lanes.length, wide, start))]
    .filter((row) => row.length > 0)
    .map((row) => `${row.join('').trimEnd()}\n`)
    .join('');
}

/** A message in a few words, and what its retransmissions have in common; nothing where that cannot be told. */
function describe(message: LadderEntry['message']): { readonly key: string; readonly words: string } {
  if (typeof message === 'string') {
    const parsed = parseMessage(utf8Encode(message));
    if (parsed.ok) return describe(parsed.value);
    // In traces secrets are taken out, and the length with them is no longer true.
    if (parsed.error.code === 'content-length')
      return describe(message.replace(/^(?:content-length|l)[ \t]*:.*\r\n/im, ''));
    return { key: '', words: message.trim() === '' ? 'keep-alive' : `? ${message.trim().split('\r\n', 1)[0]}` };
  }
  const { method, number } = message.cseq;
  const start =
    message instanceof SipResponse
      ? `${message.status} ${message.reason} (${number} ${method})`
      : `${method} ${number}`;
  const sdp = message.contentType?.essence === 'application/sdp' && message.body.length > 0 ? ' SDP' : '';
  const key = [start, message.via.branch, message.callId, message.fromTag, message.toTag, message.rseq].join(' ');
  return { key, words: start + sdp };
}

function needed(titles: readonly string[], steps: readonly Step[]): number {
  const forWords = steps.map(({ from, to, words }) => Math.ceil((words.length + 7) / (Math.abs(to - from) || 1)));
  return Math.max(...titles.map((title) => title.length + 2), ...forWords);
}

function heading(titles: readonly string[], wide: number): string[] {
  const row: string[] = [];
  titles.forEach((title, index) => {
    const cut = shorten(title, wide - 2);
    write(row, Math.max(0, margin + index * wide - Math.floor(cut.length / 2)), cut);
  });
  return row;
}

/** `   0.500    │◄── 180 Ringing (1 INVITE) ──┤` */
function line({ at, from, to, words }: Step, lanes: number, wide: number, start: number): string[] {
  const row: string[] = [];
  write(row, 0, ((at - start) / 1000).toFixed(3).padStart(margin - 3));
  for (let lane = 0; lane < lanes; lane += 1) write(row, margin + lane * wide, '│');
  const [left, right] = [Math.min(from, to), Math.max(from, to)];
  const begin = margin + left * wide;
  if (left === right) {
    write(row, begin, `├↺ ${words}`);
    return row;
  }
  const inner = (right - left) * wide - 1;
  const label = ` ${shorten(words, inner - 4)} `;
  const before = Math.floor((inner - label.length) / 2);
  const shaft = '─'.repeat(before) + label + '─'.repeat(inner - before - label.length);
  write(row, begin, from < to ? `├${shaft.slice(0, -1)}►│` : `│◄${shaft.slice(1)}┤`);
  return row;
}

function shorten(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, Math.max(0, length - 1))}…` : text;
}

function write(row: string[], column: number, text: string): void {
  for (let index = row.length; index < column; index += 1) row[index] = ' ';
  for (const [index, char] of [...text].entries()) row[column + index] = char;
}
