import type { ServerTransaction } from '../transaction/index.ts';
import { respond, warningHeader } from './answers.ts';
import type { InviteSession } from './invite-session.ts';
import type { Fields, LiveDialog } from './live-dialog.ts';
import { heldByOffer } from './remote-hold.ts';
import { sessionBody } from './session-body.ts';

/**
 * Answers the offer of an UPDATE or a PRACK; a refused one leaves all as it was (RFC 3311 §5.2). `open` tells whether the request still
 * waits, `done` runs once it does no more, `more` are further headers of the 2xx.
 */
export function answerOffer(
  session: InviteSession,
  dialog: LiveDialog,
  transaction: ServerTransaction,
  offer: string,
  open: () => boolean,
  done: () => void,
  more: () => Fields = () => [],
): void {
  const { media, held } = session;
  const hold = held.wanted;
  media.answer(
    offer,
    hold,
    (sdp) => {
      if (!open()) return;
      transaction.respond(dialog.accept(transaction, more(), sdp));
      session.agreed(hold, heldByOffer(offer));
      done();
    },
    ({ status, warning }) => {
      if (!open()) return;
      respond(transaction, status, { headers: warningHeader(warning) });
      media.rollback();
      done();
    },
  );
}

/** The offer of an UPDATE (RFC 3311 §5.2). Without one it is answered here: then it is but a target refresh. */
export function takeUpdate(
  dialog: LiveDialog,
  transaction: ServerTransaction,
  more: () => Fields = () => [],
): string | undefined {
  const body = sessionBody(transaction.request);
  if (body.type === 'sdp') return body.sdp;
  if (body.type === 'none') transaction.respond(dialog.accept(transaction, more()));
  else respond(transaction, 415, body);
  return undefined;
}
