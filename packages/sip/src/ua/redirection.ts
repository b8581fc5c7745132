import {
  equalUri,
  isSipUri,
  parseQ,
  printUri,
  requestUri,
  type SipRequest,
  type SipResponse,
  treatAs,
  type Uri,
  uriHeaders,
} from '../message/index.ts';
import type { Core } from './core.ts';
import type { SessionEnd } from './options.ts';
import type { Session } from './session.ts';

/** The target set of a call (§8.1.3.4): where 3xx responses sent it, and how what was tried came out. */
export class Redirection {
  readonly #core: Core;
  readonly #session: Session;
  readonly #invite: SipRequest;
  readonly #seen: Uri[];
  #targets: Uri[] = [];
  #left: number;
  #best: SessionEnd | undefined;

  constructor(core: Core, session: Session, invite: SipRequest) {
    this.#core = core;
    this.#session = session;
    this.#invite = invite;
    this.#seen = [invite.uri];
    this.#left = core.options.maxRedirects ?? 5;
  }

  /** The INVITE to send after this failure, or undefined: nothing is left to try. */
  next(end: SessionEnd, cseq: () => number, response?: SipResponse): SipRequest | undefined {
    const { status = 0 } = end;
    const contacts = response && [300, 301, 302].includes(treatAs(status)) ? this.#usable(response) : [];
    // What a 3xx led to counts instead of it.
    if (contacts.length === 0 && rank(end) < rank(this.#best)) this.#best = end;
    this.#targets = status < 600 ? [...contacts, ...this.#targets] : [];
    while (this.#left > 0) {
      const target = this.#targets.shift();
      if (!target) break;
      if (this.#core.options.redirected?.(this.#session, printUri(requestUri(target))) === false) continue;
      this.#left -= 1;
      return redirected(this.#invite, target, cseq());
    }
    return undefined;
  }

  /** Of all ends the one that says most (§16.7 step 6). */
  best(last: SessionEnd): SessionEnd {
    return this.#best ?? last;
  }

  /** The contacts by preference, without those tried or waiting; no way leads from SIPS to SIP (§8.1.3.4). */
  #usable({ contacts }: SipResponse): Uri[] {
    const q = (text: string | undefined) => (text === undefined ? 1 : (parseQ(text) ?? 0));
    return [...contacts]
      .sort((a, b) => q(b.params.get('q')) - q(a.params.get('q')))
      .map(({ uri }) => uri)
      .filter((uri) => {
        const usable =
          isSipUri(uri) &&
          (uri.scheme === 'sips' || this.#invite.uri.scheme === 'sip') &&
          isSecureEnough(this.#core, uri.scheme) &&
          !this.#seen.some((each) => equalUri(each, requestUri(uri)));
        if (usable) this.#seen.push(requestUri(uri));
        return usable;
      });
  }
}

/** RFC 5630 §4: a SIPS URI goes over TLS on every hop, and ours is the first. */
export function isSecureEnough(core: Core, scheme: string): boolean {
  const transport = core.flows.flow?.transport;
  return scheme !== 'sips' || transport === 'TLS' || transport === 'WSS';
}

/** The INVITE again, in the same Call-ID, From and To, as the contact wants it: without the headers that are not its to set (§19.1.5). */
function redirected(invite: SipRequest, target: Uri, cseq: number): SipRequest {
  let headers = invite.headers.with('CSeq', `${cseq} INVITE`);
  for (const [name, value] of uriHeaders(target))
    if (harmless.test(name) && /^[\x20-\x7e\x80-\xff]+$/.test(value)) headers = headers.with(name, value);
  return invite.with({ uri: requestUri(target), headers });
}

const harmless = /^(subject|priority|user-to-user|(accept|reject)-contact|request-disposition|history-info)$/i;

function rank(end: SessionEnd | undefined): number {
  const { status = 900 } = end ?? {};
  return status >= 600 && status < 700 ? 0 : Math.floor(status / 100);
}
