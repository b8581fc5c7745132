import { createResponse } from '../message/index.ts';
import type { ServerTransaction } from '../transaction/index.ts';
import { respond, warningHeader } from './answers.ts';
import type { Core } from './core.ts';
import type { InviteSession } from './invite-session.ts';
import type { LiveDialog } from './live-dialog.ts';
import { ownHeaders } from './own-headers.ts';
import { heldByOffer } from './remote-hold.ts';

/**
 * Answers the offer of an UPDATE or a PRACK; a refused one leaves all as it was (RFC 3311 §5.2). `open` tells whether the request still
 * waits, `done` runs once it does no more, `more` are further headers of the 2xx.
 */
export function answerOffer(
  core: Core,
  session: InviteSession,
  dialog: LiveDialog,
  transaction: ServerTransaction,
  offer: string,
  open: () => boolean,
  done: () => void,
  more: () => readonly (readonly [string, string])[] = () => [],
): void {
  const { media, held } = session;
  const hold = held.wanted;
  media.answer(
    offer,
    hold,
    (sdp) => {
      if (!open()) return;
      dialog.refresh(transaction.request, transaction.flow);
      transaction.respond(
        createResponse(transaction.request, 200, {
          headers: [...ownHeaders(core, dialog.hidden, transaction.request), ...more()],
          body: sdp,
          contentType: 'application/sdp',
        }),
      );
      session.agreed(hold, heldByOffer(offer));
      done();
    },
    ({ status, warning }) => {
      if (!open()) return;
      respond(core, transaction, status, { headers: warningHeader(warning) });
      media.rollback();
      done();
    },
  );
}
