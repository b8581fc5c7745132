import type { SipRequest, SipResponse } from '../message/index.ts';
import { confirmDialog, type DialogState, dialogFromResponse } from './dialog.ts';

/** What a response to the INVITE did to the dialogs it started. */
export type DialogSetChange =
  /** Nothing: 100, a 1xx without To tag or Contact, or a 1xx of a dialog that is confirmed already. */
  | { readonly type: 'none' }
  /** A 1xx formed an early dialog, or came again in one (`first: false`). */
  | { readonly type: 'early'; readonly dialog: DialogState; readonly first: boolean }
  /** A 199 ended one early dialog (RFC 6228). */
  | { readonly type: 'gone'; readonly dialog: DialogState }
  /** A 2xx confirmed a dialog. `again`: the same 2xx retransmitted. */
  | { readonly type: 'confirmed'; readonly dialog: DialogState; readonly again: boolean };

/**
 * All dialogs one INVITE gave birth to, one for each To tag (§12.1, §13.2.2.4): a forking proxy may bring several. Each has its own target,
 * route set and CSeq space.
 */
export class DialogSet {
  readonly #invite: SipRequest;
  readonly #dialogs = new Map<string, DialogState>();

  constructor(invite: SipRequest) {
    this.#invite = invite;
  }

  get early(): readonly DialogState[] {
    return [...this.#dialogs.values()].filter((dialog) => dialog.state === 'early');
  }

  get(remoteTag: string): DialogState | undefined {
    return this.#dialogs.get(remoteTag);
  }

  /** Keeps the dialog's newer value, say with a CSeq used in it. */
  update(dialog: DialogState): void {
    this.#dialogs.set(dialog.remoteTag, dialog);
  }

  receive(response: SipResponse): DialogSetChange {
    const known = this.#dialogs.get(response.toTag ?? '');
    if (response.status >= 300) {
      // A final non-2xx ends all early dialogs (§12.3); a confirmed one has nothing to do with it.
      for (const dialog of this.early) this.#dialogs.delete(dialog.remoteTag);
      return { type: 'none' };
    }
    if (response.status >= 200) return this.#confirm(response, known);
    if (known?.state === 'confirmed') return { type: 'none' };
    if (response.status === 199) {
      if (!known) return { type: 'none' };
      this.#dialogs.delete(known.remoteTag);
      return { type: 'gone', dialog: known };
    }
    if (known) return { type: 'early', dialog: known, first: false };
    const dialog = dialogFromResponse(this.#invite, response);
    if (!dialog) return { type: 'none' };
    this.#dialogs.set(dialog.remoteTag, dialog);
    return { type: 'early', dialog, first: true };
  }

  #confirm(response: SipResponse, known: DialogState | undefined): DialogSetChange {
    if (known?.state === 'confirmed') return { type: 'confirmed', dialog: known, again: true };
    const dialog = known ? confirmDialog(known, response) : dialogFromResponse(this.#invite, response);
    if (!dialog) return { type: 'none' };
    this.#dialogs.set(dialog.remoteTag, dialog);
    return { type: 'confirmed', dialog, again: false };
  }
}
