import { bodyOf } from '../message/index.ts';
import { utf8Decode } from '../runtime/index.ts';
import { LazyMap } from '../runtime/lazy.ts';
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

/** What is known of one dialog. */
interface Place {
  /** What was said there last. */
  told?: string | undefined;
  busy?: boolean;
  /** The far side waits for an INFO, if only with what it knows. */
  owed?: boolean;
  /** There it is not taken, whatever was said before. */
  deaf?: boolean;
}

/**
 * Our candidates on their way to the far side: in each dialog one INFO at a time, which holds all that are known then (RFC 8840 §4.4). They go
 * once the dialog is known to both sides and the description they belong to is there.
 */
export class Trickler {
  readonly #core: Core;
  readonly #session: InviteSession;
  #fragment: string | undefined;
  readonly #places = new LazyMap<LiveDialog, Place>();

  constructor(core: Core, session: InviteSession) {
    this.#core = core;
    this.#session = session;
  }

  /** Both sides can, and said so: the far side by `Recv-Info`, and by `Supported` or in its description. */
  knows(dialog: LiveDialog): boolean {
    if (!this.#core.extensions.has(name) || !dialog.takes(name) || this.#places.get(dialog)?.deaf) return false;
    const remote = parseSdp(this.#session.media.remote ?? '');
    return dialog.supports(name) || (remote.ok && tricklesIce(remote.value));
  }

  tell(fragment: string): void {
    this.#fragment = fragment;
    this.go();
  }

  /** An answer came unreliably, and an INFO tells that it did (RFC 8840 §4.3.2). */
  confirm(dialog: LiveDialog): void {
    this.#place(dialog).owed = true;
    this.go();
  }

  /** Sends what is due. */
  go(): void {
    const { media, over, stage } = this.#session;
    const local = parseSdp(media.local ?? '');
    if (over || !local.ok || !this.#core.flows.target()) return;
    for (const dialog of stage?.knownDialogs() ?? []) {
      const place = this.#place(dialog);
      if (place.busy || !this.knows(dialog)) continue;
      const { owed, told } = place;
      place.owed = false;
      const known = this.#current(local.value);
      const body = known ?? (owed ? printIceFragment(local.value, false) : undefined);
      if (body !== undefined && (owed || told !== body)) this.#send(dialog, place, body);
    }
  }

  /** What was gathered, unless for an ICE generation that is over, or not offered yet. */
  #current(local: SessionDescription): string | undefined {
    const fragment = parseIceFragment(this.#fragment ?? '');
    return fragment.ok && matchesIce(local, fragment.value) ? this.#fragment : undefined;
  }

  #place(dialog: LiveDialog): Place {
    const place = this.#places.get(dialog) ?? {};
    this.#places.set(dialog, place);
    return place;
  }

  #send(dialog: LiveDialog, place: Place, body: string): void {
    place.busy = true;
    place.told = body;
    const done = (status: number) => {
      place.busy = false;
      if (refusals.includes(status)) place.deaf = true;
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
          place.busy = false;
          place.told = undefined;
        },
      },
    );
  }
}

/** Of INFO, or of this package (RFC 6086 §5.2.2). */
const refusals = [405, 415, 469, 489, 501];
