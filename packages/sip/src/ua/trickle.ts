import { bodyOf } from '../message/index.ts';
import { utf8Decode } from '../runtime/index.ts';
import {
  matchesIce,
  parseIceFragment,
  parseSdp,
  printIceFragment,
  type SessionDescription,
  tricklesIce,
} from '../sdp/index.ts';
import type { Core } from './core.ts';
import { type InfoPackage, infoHeaders } from './info.ts';
import type { InviteSession } from './invite-session.ts';
import type { LiveDialog } from './live-dialog.ts';
import { endsCall } from './session-end.ts';

const name = 'trickle-ice';
const type = 'application/trickle-ice-sdpfrag';

/**
 * Trickle ICE (RFC 8840), for `UserAgentOptions.infoPackages` of agents whose session description handlers have `addCandidates` and write
 * `a=ice-options:trickle`.
 */
export const trickleIce: InfoPackage = {
  name,
  types: [type],
  option: name,
  received: (session, info) => {
    const body = bodyOf(info, type);
    if (body) (session as InviteSession).media.trickled(utf8Decode(body));
  },
};

/** The body for where the gathering of `sdp` stands. Throws when that is no description with ICE. */
export function iceFragment(sdp: string, complete: boolean): string {
  const parsed = parseSdp(sdp);
  const text = parsed.ok ? printIceFragment(parsed.value, complete) : undefined;
  if (text === undefined) throw new TypeError('a description without ICE');
  return text;
}

/**
 * Our candidates on their way to the far side: in each dialog one INFO at a time, which holds all that are known then (RFC 8840 §4.4). They go
 * once the dialog is known to both sides and the description they belong to is there.
 */
export class Trickler {
  readonly #core: Core;
  readonly #session: InviteSession;
  #fragment: string | undefined;
  /** What was said in a dialog last. */
  readonly #told = new Map<LiveDialog, string>();
  readonly #busy = new Set<LiveDialog>();
  /** The far side waits for an INFO, if only with what it knows. */
  readonly #owed = new Set<LiveDialog>();
  /** There it is not taken, whatever was said before. */
  readonly #deaf = new Set<LiveDialog>();

  constructor(core: Core, session: InviteSession) {
    this.#core = core;
    this.#session = session;
  }

  /** Both sides can, and said so: the far side by `Recv-Info`, and by `Supported` or in its description. */
  knows(dialog: LiveDialog): boolean {
    if (!this.#core.extensions.has(name) || !dialog.takes(name) || this.#deaf.has(dialog)) return false;
    const remote = parseSdp(this.#session.media.remote ?? '');
    return dialog.supports(name) || (remote.ok && tricklesIce(remote.value));
  }

  tell(fragment: string): void {
    this.#fragment = fragment;
    this.go();
  }

  /** An answer came unreliably, and an INFO tells that it did (RFC 8840 §4.3.2). */
  confirm(dialog: LiveDialog): void {
    this.#owed.add(dialog);
    this.go();
  }

  /** Sends what is due. */
  go(): void {
    const { media, over, stage } = this.#session;
    const local = parseSdp(media.local ?? '');
    if (over || !local.ok || !this.#core.flows.target()) return;
    for (const dialog of stage?.knownDialogs() ?? []) {
      if (this.#busy.has(dialog) || !this.knows(dialog)) continue;
      const owed = this.#owed.delete(dialog);
      const known = this.#current(local.value);
      const body = known ?? (owed ? printIceFragment(local.value, false) : undefined);
      if (body !== undefined && (owed || this.#told.get(dialog) !== body)) this.#send(dialog, body);
    }
  }

  /** What was gathered, unless for an ICE generation that is over, or not offered yet. */
  #current(local: SessionDescription): string | undefined {
    const fragment = parseIceFragment(this.#fragment ?? '');
    return fragment.ok && matchesIce(local, fragment.value) ? this.#fragment : undefined;
  }

  #send(dialog: LiveDialog, body: string): void {
    this.#busy.add(dialog);
    this.#told.set(dialog, body);
    const done = (status: number) => {
      this.#busy.delete(dialog);
      if (refusals.includes(status)) this.#deaf.add(dialog);
      const { stage } = this.#session;
      if (stage?.dialog === dialog && endsCall(status)) stage.lost?.(status);
      this.go();
    };
    dialog.send(
      { method: 'INFO', headers: infoHeaders(name), body, contentType: type },
      {
        final: ({ status }) => done(status),
        failed: (cause) => {
          if (cause === 'timeout') {
            done(408);
            return;
          }
          // Said again on the next flow.
          this.#busy.delete(dialog);
          this.#told.delete(dialog);
        },
      },
    );
  }
}

/** Of INFO, or of this package (RFC 6086 §5.2.2). */
const refusals = [405, 415, 469, 489, 501];
