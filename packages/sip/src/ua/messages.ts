import { Headers, printMessage, readBody, type SipRequest } from '../message/index.ts';
import { utf8Decode } from '../runtime/index.ts';
import type { ServerTransaction } from '../transaction/index.ts';
import { respond } from './answers.ts';
import type { Core } from './core.ts';
import { Exchange, type ExchangeUser } from './exchange.ts';
import type { InviteSession } from './invite-session.ts';
import type { LiveDialog } from './live-dialog.ts';
import { createOutsideRequest } from './outside-request.ts';
import { type Hiding, isAnonymous, privacyHeaders } from './privacy.ts';
import { callerOf } from './remote-party.ts';
import type { Party, Session } from './session.ts';
import { endsCall, failureStatus } from './session-end.ts';
import { sessionOf } from './transfer/replaces.ts';

/** What a MESSAGE carries. */
export interface MessageParts extends Hiding {
  readonly contentType: string;
  /** Octets for what is no text, as the CPIM of `printCpim` or a multipart of `printMultipart`. */
  readonly body: string | Uint8Array;
  /** Further header fields. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
}

/** The final status: 200 and 202 say that the next hop took it, not that anybody read it (RFC 3428 §7). 408 or 503 when no answer came. */
export interface MessageOutcome {
  readonly status: number;
  readonly reason?: string;
}

/** A message for us (RFC 3428 §7). It is accepted with 200 unless it is rejected at once. */
export interface IncomingMessage {
  readonly request: SipRequest;
  /** Who wrote it: its From, or whom our server asserts (see `trustAsserted`). */
  readonly remote: Party;
  /** The call in whose dialog it came. */
  readonly session: Session | undefined;
  /** The media type of the first body that is taken, of alternatives the last, out of `messageTypes`, in lower case and without parameters. */
  readonly contentType: string;
  readonly body: string;
  /** Refuses, 603 by default. Without effect once the listener has returned. */
  reject(status?: number): void;
}

/** Takes MESSAGE, in calls and outside. */
export function takeMessage(core: Core, transaction: ServerTransaction, dialog?: LiveDialog): void {
  const { events, messageTypes = ['text/plain'] } = core.options;
  const { request } = transaction;
  // What asks to be rendered (RFC 5621 §8.1), or says nothing.
  const taken = readBody(request, messageTypes, ['render', 'inline', 'notification']);
  if ('status' in taken) {
    respond(transaction, 415, taken);
    return;
  }
  const [part] = taken;
  let answer = 200;
  const message: IncomingMessage = {
    request,
    remote: callerOf(core, transaction),
    session: dialog && sessionOf(core, dialog),
    contentType: part?.contentType?.essence ?? '',
    body: utf8Decode(part?.body ?? request.body),
    reject(status = 603) {
      answer = status;
    },
  };
  core.turns.after(() => events.message?.(message));
  core.turns.next(() => respond(transaction, answer));
}

/** Sends one outside of any dialog, to a URI, as soon as there is a flow; or in the dialog of a call, 481 when that is over. */
export function sendMessage(core: Core, to: string | InviteSession, parts: MessageParts): Promise<MessageOutcome> {
  return new Promise((resolve, reject) => {
    const { contentType, body, headers = [] } = parts;
    const hiding = privacyHeaders(core, parts);
    Headers.of(['Content-Type', contentType], ...hiding, ...headers);
    const settle = (status: number, reason?: string) => {
      core.closing.delete(close);
      resolve({ status, ...(reason && { reason }) });
    };
    const close = () => settle(503);
    const user: ExchangeUser = {
      final: ({ status, reason }) => {
        settle(status, reason);
        if (typeof to === 'object' && endsCall(status)) to.stage?.lost?.(status);
      },
      failed: (cause) => settle(failureStatus(cause)),
    };
    core.closing.add(close);
    if (typeof to === 'object') {
      const dialog = to.over ? undefined : to.stage?.dialog;
      if (dialog) dialog.send({ method: 'MESSAGE', headers, body, contentType }, user);
      else settle(481);
      return;
    }
    const send = () => {
      const request = createOutsideRequest(core, {
        method: 'MESSAGE',
        target: to,
        anonymous: isAnonymous(parts),
        headers: [...hiding, ...headers],
        body,
        contentType,
      });
      // Via, User-Agent and the like are not in it yet.
      const size = printMessage(request).length + 200;
      if (size > 1300 && !core.flows.flow?.reliable) {
        core.closing.delete(close);
        reject(new RangeError(`${size} octets: over UDP it may have 1300`));
        return;
      }
      new Exchange(core, request, user);
    };
    core.flows.whenOpen(patience, send, close);
  });
}

/** Milliseconds that a message waits for a flow. */
const patience = 10_000;
