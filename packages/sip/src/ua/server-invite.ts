import { dialogFromRequest } from '../dialog/index.ts';
import { createResponse, type SipRequest, type SipResponse } from '../message/index.ts';
import { type Timer, token } from '../runtime/index.ts';
import type { ServerTransaction } from '../transaction/index.ts';
import type { Flow } from '../transport/index.ts';
import { AcceptedInvite } from './accepted-invite.ts';
import { respond, respondLater, warningHeader } from './answers.ts';
import type { Core } from './core.ts';
import { InviteSession, type Stage } from './invite-session.ts';
import { InviteUsage } from './invite-usage.ts';
import { type DialogUsage, LiveDialog } from './live-dialog.ts';
import type { SessionEnd } from './options.ts';
import { ownHeaders } from './own-headers.ts';
import { endByRequest } from './session-end.ts';

/** The called side of an INVITE (§13.3) until it is answered. */
export class ServerInvite implements Stage, DialogUsage {
  readonly session: InviteSession;
  readonly dialog: LiveDialog;
  readonly #core: Core;
  readonly #transaction: ServerTransaction;
  readonly #offer: string | undefined;
  /** The tag of all our responses. */
  readonly toTag: string;
  readonly #ended: () => void;
  #reminder: Timer | undefined;
  #expiry: Timer | undefined;
  #over = false;

  /** `offer` is undefined when the INVITE leaves the offer to us. `ended` runs once it has its final response. */
  constructor(core: Core, transaction: ServerTransaction, offer: string | undefined, ended: () => void) {
    const { request } = transaction;
    const toTag = token(core.random);
    const dialog = dialogFromRequest(request, toTag, 'early');
    if (!dialog) throw new TypeError('an INVITE without Contact forms no dialog');
    this.#core = core;
    this.#transaction = transaction;
    this.#offer = offer;
    this.#ended = ended;
    this.toTag = toTag;
    this.dialog = new LiveDialog(core, dialog);
    this.dialog.add(this);
    const { displayName } = request.from;
    this.session = new InviteSession(core, {
      callId: request.callId,
      direction: 'incoming',
      state: 'incoming',
      remote: { uri: request.from.uriText, ...(displayName !== undefined && { displayName }) },
      ...(offer !== undefined && { remoteDescription: offer }),
    });
    this.session.stage = this;
    transaction.onTerminated = () => this.#core.turns.run(() => this.#terminated());
    if (request.expires !== undefined && request.expires > 0) {
      this.#expiry = core.after(request.expires * 1000, () => this.#expired());
    }
  }

  get transaction(): ServerTransaction {
    return this.#transaction;
  }

  /** Says that it rings, and again each minute, since proxies on the way lose patience (§13.3.1.1). */
  ring(): void {
    if (this.#over || this.session.state !== 'incoming') return;
    this.#transaction.respond(this.#response(180, { headers: ownHeaders(this.#core) }));
    this.#reminder = this.#core.after(60_000, () => this.ring());
  }

  answer(): void {
    const { session } = this;
    if (this.#over || session.state !== 'incoming') return;
    session.change({ state: 'answering' });
    const hold = session.held.wanted;
    const done = (sdp: string) => this.#accept(sdp, hold);
    const refused = ({ status, warning }: { readonly status: number; readonly warning?: string }) =>
      this.#refuse(
        { by: 'local', kind: 'failed', status, ...(warning !== undefined && { warning }) },
        { status, headers: warningHeader(warning) },
      );
    if (this.#offer === undefined) session.media.offer({ hold }, done, refused);
    else session.media.answer(this.#offer, hold, done, refused);
  }

  reject(status: number, reason?: string): void {
    this.#refuse({ by: 'local', kind: 'rejected', status }, { status, reason });
  }

  hangUp(): void {
    this.reject(486);
  }

  /** The caller's CANCEL, which was answered on its own (§9.2). */
  cancel(_invite: ServerTransaction, cancel: SipRequest): void {
    this.#refuse(endByRequest(cancel, 'cancelled'), { status: 487 });
  }

  /** Without its connection the caller cannot be answered any more. */
  flowLost(flow: Flow): void {
    if (this.#transaction.flow !== flow) return;
    this.#finish();
    this.session.finish({ by: 'network', kind: 'failed', status: 503 });
  }

  // Requests of the caller in the early dialog.

  request(transaction: ServerTransaction): boolean {
    const { request } = transaction;
    switch (request.method) {
      case 'BYE':
        respond(this.#core, transaction, 200);
        this.#refuse(endByRequest(request, 'cancelled'), { status: 487 });
        return true;
      case 'INFO':
        respond(this.#core, transaction, 200);
        return true;
      case 'INVITE':
        // A second one before the first has its final response (§14.2).
        respondLater(this.#core, transaction);
        return true;
      case 'UPDATE':
        // The offer of the INVITE has no answer yet (RFC 3311 §5.2).
        if (request.body.length > 0) respondLater(this.#core, transaction);
        else respond(this.#core, transaction, 200, { headers: [['Contact', this.#core.contact()]] });
        return true;
      default:
        return false;
    }
  }

  #accept(sdp: string, hold: boolean): void {
    if (this.#over) return;
    const { session } = this;
    this.dialog.confirm();
    const usage = new InviteUsage(this.#core, session, this.dialog);
    this.#finish();
    const response = this.#response(200, {
      headers: ownHeaders(this.#core),
      body: sdp,
      contentType: 'application/sdp',
    });
    usage.accepted(
      new AcceptedInvite(this.#core, this.#transaction, response, () => usage.unacknowledged()),
      this.#offer === undefined,
      hold,
    );
    session.change({ state: 'confirming', answeredAt: this.#core.clock.now() });
    if (this.#offer !== undefined) usage.noteOffer(this.#offer, hold);
  }

  #refuse(
    end: SessionEnd,
    response: {
      readonly status: number;
      readonly reason?: string | undefined;
      readonly headers?: readonly (readonly [string, string])[];
    },
  ): void {
    if (this.#over) return;
    this.#finish();
    this.#transaction.respond(this.#response(response.status, response));
    this.session.finish(end);
  }

  /** The caller's Expires has passed (§13.3.1). */
  #expired(): void {
    this.#refuse({ by: 'remote', kind: 'timeout' }, { status: 487 });
  }

  #terminated(): void {
    if (this.#over) return;
    this.#finish();
    this.session.finish({ by: 'network', kind: 'failed', status: 503 });
  }

  #finish(): void {
    this.#over = true;
    this.#reminder?.cancel();
    this.#expiry?.cancel();
    this.dialog.remove(this);
    this.#ended();
  }

  #response(status: number, parts: Parameters<typeof createResponse>[2]): SipResponse {
    return createResponse(this.#transaction.request, status, { ...parts, toTag: this.toTag });
  }
}
