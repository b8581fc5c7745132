import {
  NIL_UUID,
  printSessionId,
  readSessionId,
  type SessionId,
  type SipRequest,
  type SipResponse,
} from '../message/index.ts';
import type { Random } from '../runtime/index.ts';
import { uuid } from './identity.ts';

/** What we know of one call, or of one fork of it. */
interface Half {
  /** The far side's UUID, as it was accepted. */
  remote: string;
  /** The latest requests of the far side by CSeq: what it called itself, and whether we took the request. */
  readonly asked: Map<string, { readonly uuid: string; taken: boolean }>;
}

interface Call {
  local: string;
  /** By the tag of the far side. */
  readonly halves: Map<string, Half>;
}

/**
 * Session-ID (RFC 7989) of what belongs to a call, by its Call-ID: our half, which is the same for all forks and retries, and that of the far
 * side, which is another for each fork and may change at any time (§8). A pair outlives its call for a while, for the BYE.
 */
export class SessionIds {
  readonly #random: Random;
  readonly #isLive: (callId: string) => boolean;
  readonly #calls = new Map<string, Call>();

  constructor(random: Random, isLive: (callId: string) => boolean) {
    this.#random = random;
    this.#isLive = isLive;
  }

  /**
   * `like`: the call that this one comes from, by transfer or Replaces: our half goes with us (§6). `remote`: of the far side, where a request
   * is to the one it was (RFC 7989 §10.9).
   */
  begin(callId: string, like?: string, remote?: string): void {
    const local = this.#calls.get(like ?? '')?.local;
    const call = this.#calls.get(callId) ?? this.#add(callId, local);
    if (local) call.local = local;
    if (remote) this.#half(call, '').remote = remote;
  }

  get(callId: string, remoteTag: string): SessionId | undefined {
    const call = this.#calls.get(callId);
    return call && { local: call.local, remote: call.halves.get(remoteTag)?.remote ?? NIL_UUID };
  }

  restore(callId: string, remoteTag: string, { local, remote = NIL_UUID }: SessionId): void {
    this.#half(this.#add(callId, local), remoteTag).remote = remote;
  }

  heard(message: SipRequest | SipResponse): void {
    const { callId, cseq, toTag } = message;
    const begins = message.kind === 'request' && toTag === undefined && /^(INVITE|REFER)$/.test(message.method);
    const call = this.#calls.get(callId) ?? (begins ? this.#add(callId) : undefined);
    const told = message.headers.read(readSessionId)?.local ?? NIL_UUID;
    if (!call || told === NIL_UUID) return;
    if (message.kind === 'response') {
      if (toTag !== undefined) this.#half(call, toTag).remote = told;
      return;
    }
    const half = this.#half(call, message.fromTag ?? '');
    const { asked } = half;
    if (half.remote === NIL_UUID) half.remote = told;
    if (message.method === 'ACK') {
      if (asked.get(`${cseq.number} INVITE`)?.taken) half.remote = told;
    } else if (!asked.has(key(message))) keep(asked, 8).set(key(message), { uuid: told, taken: false });
  }

  /** The Session-ID a message goes out with, unless it has one, or belongs to no call. */
  stamp(message: SipRequest | SipResponse): string | undefined {
    const call = this.#calls.get(message.callId);
    if (!call || message.headers.has('session-id')) return undefined;
    const tag = message.kind === 'request' ? message.toTag : message.fromTag;
    const half = call.halves.get(tag ?? '');
    let remote = half?.remote;
    const asked = message.kind === 'response' ? half?.asked.get(key(message)) : undefined;
    if (half && asked && message.kind === 'response') {
      remote = asked.uuid;
      // What was refused changes nothing, and a CANCEL never does (§8).
      if (message.status >= 200 && message.status < 400 && message.cseq.method !== 'CANCEL' && !asked.taken) {
        asked.taken = true;
        half.remote = asked.uuid;
      }
    }
    return printSessionId({ local: call.local, ...(remote !== undefined && { remote }) });
  }

  #add(callId: string, local = uuid(this.#random).replaceAll('-', '')): Call {
    for (const old of [...this.#calls.keys()]) {
      if (this.#calls.size < most) break;
      if (!this.#isLive(old)) this.#calls.delete(old);
    }
    const call = { local, halves: new Map<string, Half>() };
    this.#calls.set(callId, call);
    return call;
  }

  #half({ halves }: Call, tag: string): Half {
    let half = halves.get(tag);
    if (!half) {
      half = { remote: NIL_UUID, asked: new Map() };
      keep(halves, 16).set(tag, half);
    }
    return half;
  }
}

/** Makes room for one more. */
function keep<T>(map: Map<string, T>, size: number): Map<string, T> {
  if (map.size >= size) for (const oldest of [...map.keys()].slice(0, 1)) map.delete(oldest);
  return map;
}

function key({ cseq }: SipRequest | SipResponse): string {
  return `${cseq.number} ${cseq.method}`;
}

/** Calls whose pair is kept. */
const most = 128;
