import type { CallSnapshot, TraceEntry } from '../../bridge/index.ts';
import { isInDialog } from './message-text.ts';

export type LaneRole = 'caller' | 'gateway' | 'callee' | 'server' | 'client' | 'upstream';

export interface Lane {
  readonly key: string;
  readonly role: LaneRole;
  /** Address of record or host of whoever stands there. */
  readonly label: string;
  /** `WSS 192.0.2.7:51234`; empty for the gateway itself. */
  readonly detail: string;
}

export type Tone = 'request' | 'provisional' | 'success' | 'challenge' | 'failure';

export interface ArrowRow {
  readonly kind: 'arrow';
  readonly key: string;
  /** Milliseconds since the first message. */
  readonly offset: number;
  /** Indexes into `lanes`. */
  readonly from: number;
  readonly to: number;
  /** `INVITE` or `180`. */
  readonly arrow: string;
  /** `INVITE` or `180 Ringing`. */
  readonly label: string;
  readonly tone: Tone;
  readonly retransmission: boolean;
  readonly entry: TraceEntry;
}

export interface MediaRow {
  readonly kind: 'media';
  readonly key: 'media';
  readonly from: number;
  readonly to: number;
  readonly state: 'flowing' | 'interrupted' | 'over';
}

export type Row = ArrowRow | MediaRow;

export interface Ladder {
  readonly source: 'gateway' | 'phone';
  readonly lanes: readonly Lane[];
  readonly rows: readonly Row[];
}

export interface LadderInput {
  readonly entries: readonly TraceEntry[];
  /** True when the account's server is a gateway that keeps a trace. */
  readonly gateway: boolean;
  /** Address of record of this phone. */
  readonly self: string;
  readonly media?: CallSnapshot['media'];
  readonly over?: boolean;
}

/**
 * Lays the messages of one call, or of one registration, out as rows between lanes. The gateway's trace is preferred, for it
 * saw both sides; a message it forwarded is two arrows, one in and one out, because SIP is a chain of hops (§16).
 */
export function buildLadder(input: LadderInput): Ladder {
  const theirs = input.gateway ? inOrder(input.entries, 'gateway') : [];
  const own = inOrder(input.entries, 'phone');
  const source = theirs.length > 0 ? 'gateway' : 'phone';
  const entries = source === 'gateway' ? theirs : own;
  const homes = homesOf(entries);
  const lanes = source === 'gateway' ? gatewayLanes(entries, homes) : phoneLanes(entries, input.self);
  const arrows = arrowsOf(entries, lanes, homes);
  const media = mediaRow(input, lanes, arrows);
  if (media === undefined) return { source, lanes, rows: arrows };
  const since = (input.media?.since ?? 0) + clockSkew(own, theirs);
  const at = mediaPosition(arrows, since);
  return { source, lanes, rows: [...arrows.slice(0, at), media, ...arrows.slice(at)] };
}

/** The numbers begin again when the source does: only together with the time they tell messages apart. */
function inOrder(entries: readonly TraceEntry[], source: TraceEntry['source']): readonly TraceEntry[] {
  const each = new Map(entries.filter((one) => one.source === source).map((one) => [`${one.at} ${one.seq}`, one]));
  return [...each.values()].sort((a, b) => a.at - b.at || a.seq - b.seq);
}

/**
 * The lane of every connection. Most have one of their own; a party that is back on another connection in mid-call, where the
 * first thing heard is a request inside the dialog, stays where it was. The upstream server is one, by however many it comes.
 */
function homesOf(entries: readonly TraceEntry[]): ReadonlyMap<string, string> {
  const homes = new Map<string, string>();
  const first = new Map<string, string>();
  const answered = new Map<string, string>();
  for (const entry of entries) {
    const { peer, method, status, direction } = entry;
    const key = laneKey(peer);
    const party = `${peer.role} ${entry.callId}`;
    const before = answered.get(party) ?? first.get(party);
    // The REGISTERs of one phone are one Call-ID (§10.2.4).
    const back = peer.role === 'upstream' || method === 'REGISTER' || (status === undefined && isInDialog(entry.text));
    const home = homes.get(key) ?? (back ? before : undefined) ?? key;
    homes.set(key, home);
    if (!first.has(party)) first.set(party, home);
    const picksUp = direction === 'in' && method === 'INVITE' && toneOf(status) === 'success';
    if (picksUp && !answered.has(party)) answered.set(party, home);
  }
  return homes;
}

/** Whoever sent the first message stands at the left, the gateway beside it, everybody it went on to at the right. */
function gatewayLanes(entries: readonly TraceEntry[], homes: ReadonlyMap<string, string>): readonly Lane[] {
  const lanes = new Map<string, Lane>();
  for (const { peer } of entries) {
    const key = laneKey(peer);
    if (homes.get(key) === key && !lanes.has(key))
      lanes.set(key, { key, role: peer.role, label: peer.label, detail: `${peer.transport} ${peer.address}` });
  }
  const [first] = entries;
  const starter = first?.direction === 'in' ? laneKey(first.peer) : undefined;
  const left = [...lanes.values()].filter((lane) =>
    starter === undefined ? lane.role === 'caller' : lane.key === starter,
  );
  const right = [...lanes.values()].filter((lane) => !left.includes(lane));
  return [...left, { key: 'gateway', role: 'gateway', label: '', detail: '' }, ...right];
}

function phoneLanes(entries: readonly TraceEntry[], self: string): readonly Lane[] {
  const [first] = entries;
  if (first === undefined) return [];
  const { peer } = first;
  const registration = first.method === 'REGISTER';
  const starts = first.direction === 'out';
  const here: Lane = {
    key: 'self',
    role: registration ? 'client' : starts ? 'caller' : 'callee',
    label: self,
    detail: '',
  };
  const server: Lane = {
    key: 'server',
    role: 'server',
    label: peer.label,
    detail: `${peer.transport} ${peer.address}`,
  };
  return starts ? [here, server] : [server, here];
}

function arrowsOf(
  entries: readonly TraceEntry[],
  lanes: readonly Lane[],
  homes: ReadonlyMap<string, string>,
): readonly ArrowRow[] {
  const start = entries[0]?.at ?? 0;
  const middle = lanes.findIndex((lane) => lane.key === 'gateway' || lane.key === 'self');
  const seen = new Set<string>();
  return entries.map((entry) => {
    const own = lanes.findIndex((lane) => lane.key === homes.get(laneKey(entry.peer)));
    const side = own >= 0 ? own : lanes.findIndex((lane) => lane.key === 'server');
    const print = `${entry.direction} ${side} ${entry.text}`;
    const retransmission = seen.has(print);
    seen.add(print);
    return {
      kind: 'arrow',
      key: `${entry.source}-${entry.seq}`,
      offset: Math.max(0, entry.at - start),
      from: entry.direction === 'in' ? side : middle,
      to: entry.direction === 'in' ? middle : side,
      arrow: entry.status === undefined ? entry.method : String(entry.status),
      label: entry.status === undefined ? entry.method : entry.startLine.replace(/^SIP\/2\.0\s+/i, ''),
      tone: toneOf(entry.status),
      retransmission,
      entry,
    };
  });
}

function toneOf(status: number | undefined): Tone {
  if (status === undefined) return 'request';
  if (status < 200) return 'provisional';
  if (status < 300) return 'success';
  // A challenge is a question, not a failure (§22.2, §22.3).
  return status === 401 || status === 407 ? 'challenge' : 'failure';
}

function mediaRow(input: LadderInput, lanes: readonly Lane[], arrows: readonly ArrowRow[]): MediaRow | undefined {
  if (input.media?.since === undefined || arrows.length === 0) return undefined;
  const answered = arrows.find((row) => isInviteAnswer(row));
  const right = answered === undefined || answered.from === middleOf(lanes) ? lanes.length - 1 : answered.from;
  const state = input.over === true ? 'over' : input.media.state === 'interrupted' ? 'interrupted' : 'flowing';
  return { kind: 'media', key: 'media', from: 0, to: Math.max(right, 1), state };
}

function middleOf(lanes: readonly Lane[]): number {
  return lanes.findIndex((lane) => lane.key === 'gateway');
}

/** After the messages that came before the first sound, yet never before the answer nor behind the BYE. */
function mediaPosition(arrows: readonly ArrowRow[], since: number): number {
  const first = arrows.find(isInviteAnswer);
  const answer = arrows.findLastIndex(
    (row) => isInviteAnswer(row) && !row.retransmission && row.entry.cseq === first?.entry.cseq,
  );
  const bye = arrows.findIndex((row) => row.arrow === 'BYE');
  const later = arrows.findIndex((row) => row.entry.at > since);
  const wanted = later < 0 ? arrows.length : later;
  return Math.min(Math.max(wanted, answer + 1), bye < 0 ? arrows.length : bye);
}

function isInviteAnswer(row: ArrowRow): boolean {
  return row.tone === 'success' && row.entry.method === 'INVITE';
}

/** How far the gateway's clock is ahead of this device's, read off one request both of them saw. */
function clockSkew(own: readonly TraceEntry[], theirs: readonly TraceEntry[]): number {
  for (const mine of own) {
    const direction = mine.direction === 'out' ? 'in' : 'out';
    const same = theirs.find(
      (one) =>
        one.direction === direction &&
        one.cseq === mine.cseq &&
        one.startLine === mine.startLine &&
        one.callId === mine.callId,
    );
    if (same !== undefined) return same.at - mine.at;
  }
  return 0;
}

function laneKey(peer: TraceEntry['peer']): string {
  return `${peer.role} ${peer.key}`;
}
