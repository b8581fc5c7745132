import { child, count, readXml, xml, xmlDocument, xmlLeaf } from '../events/xml.ts';
import type { Clock, Timer } from '../runtime/index.ts';

/** Whether somebody is writing just now (RFC 3994). A status, never to be shown as a message. */
export interface IsComposing {
  readonly state: 'active' | 'idle';
  /** When he last wrote, as in RFC 3339. */
  readonly lastActive?: string | undefined;
  /** What he is writing: `text`, `text/html`. */
  readonly contentType?: string | undefined;
  /** Seconds until the next `active`, if he still writes then. */
  readonly refresh?: number | undefined;
}

/** The media type of such a status. */
export const isComposingType = 'application/im-iscomposing+xml';
const ns = 'urn:ietf:params:xml:ns:im-iscomposing';

/** Undefined when it is none. A state that is not known is `idle` (RFC 3994 §3.5). */
export function readIsComposing(body: Uint8Array): IsComposing | undefined {
  const root = readXml(body);
  const state = child(root, 'state')?.text;
  if (root?.name !== 'isComposing' || root.ns !== ns || state === undefined) return undefined;
  return {
    state: state === 'active' ? 'active' : 'idle',
    lastActive: child(root, 'lastactive')?.text,
    contentType: child(root, 'contenttype')?.text,
    refresh: count(child(root, 'refresh')?.text) || undefined,
  };
}

/** The body of an indication, `application/im-iscomposing+xml` (RFC 3994 §4). */
export function writeIsComposing({ state, lastActive, contentType, refresh }: IsComposing): string {
  return xmlDocument(
    xml(
      'isComposing',
      { xmlns: ns },
      xmlLeaf('state', state),
      xmlLeaf('lastactive', lastActive),
      xmlLeaf('contenttype', contentType),
      xmlLeaf('refresh', refresh),
    ),
  );
}

/** Our side of a chat: tells the other when we begin to write and when we stop (RFC 3994 §3.2). */
export interface Composer {
  /** At each key. */
  composing(): void;
  /** The message was sent, which says by itself that we no longer write. */
  sent(): void;
  /** The chat is over: nothing more is told. */
  close(): void;
}

/**
 * `send` takes the status to the other side and gives the final answer: after a 415 nothing more is sent (RFC 3994 §4), any other failure is nothing to
 * a chat.
 *
 * @example
 * const send = (status) => agent.sendMessage(peer, { contentType: isComposingType, body: writeIsComposing(status) });
 * const keys = composer({ clock, send });
 */
export function composer(options: {
  readonly clock: Clock;
  readonly send: (status: IsComposing) => PromiseLike<{ readonly status: number }>;
  /** Milliseconds without a key until we are idle. */
  readonly idleAfter?: number;
  /** Milliseconds between two `active`; RFC 3994 §3.2 wants 60 s at least. */
  readonly refreshAfter?: number;
}): Composer {
  const { clock, idleAfter = 15_000, refreshAfter = 120_000 } = options;
  let idle: Timer | undefined;
  let refresh: Timer | undefined;
  let closed = false;
  const rest = () => {
    idle?.cancel();
    refresh?.cancel();
    idle = undefined;
  };
  const close = () => {
    closed = true;
    rest();
  };
  const send = (status: IsComposing) => {
    options.send(status).then(
      (answer) => answer.status === 415 && close(),
      () => {},
    );
  };
  const active = () => {
    refresh = clock.at(clock.now() + refreshAfter, active);
    send({ state: 'active', refresh: Math.ceil(refreshAfter / 1000) });
  };
  return {
    composing() {
      if (closed) return;
      const before = idle;
      before?.cancel();
      idle = clock.at(clock.now() + idleAfter, () => {
        rest();
        send({ state: 'idle' });
      });
      if (!before) active();
    },
    sent: rest,
    close,
  };
}

/** The other side of a chat, as we see it (RFC 3994 §3.3). */
export interface ComposingWatch {
  status(status: IsComposing): void;
  /** A message came: he no longer writes. */
  message(): void;
  close(): void;
}

/** Calls `changed` when the other side begins to write, and when it stops: by its word, by a message, or by silence. */
export function composingWatch(clock: Clock, changed: (composing: boolean) => void): ComposingWatch {
  let timer: Timer | undefined;
  const close = (): boolean => {
    const was = timer !== undefined;
    timer?.cancel();
    timer = undefined;
    return was;
  };
  const message = () => {
    if (close()) changed(false);
  };
  return {
    status({ state, refresh = 120 }) {
      if (state === 'idle') {
        message();
        return;
      }
      const was = close();
      timer = clock.at(clock.now() + refresh * 1000, message);
      if (!was) changed(true);
    },
    message,
    close,
  };
}
