import type { DialogId } from '../../dialog/index.ts';
import {
  equalUri,
  isSipUri,
  parseReplaces,
  parseUri,
  readTargetDialog,
  type SipMessage,
  type SipRequest,
} from '../../message/index.ts';
import type { Core } from '../core.ts';
import type { InviteSession } from '../invite-session.ts';
import type { LiveDialog } from '../live-dialog.ts';
import type { Session } from '../session.ts';

/** A dialog as the one who shall replace or join it sees it: `toTag` is his own tag (RFC 3891 §6.1). */
export interface DialogRef {
  readonly callId: string;
  readonly toTag: string;
  readonly fromTag: string;
  /** Only while it is early. */
  readonly earlyOnly?: boolean;
}

/** The value of Replaces or Join. A tag that is not there is written 0. */
export function printReplaces({ callId, toTag, fromTag, earlyOnly }: DialogRef): string {
  return `${callId};to-tag=${toTag || '0'};from-tag=${fromTag || '0'}${earlyOnly ? ';early-only' : ''}`;
}

/** A dialog, or that of a call of ours as its far side sees it. Throws when that has none yet. */
export function dialogRef(core: Core, of: DialogRef | Session): DialogRef {
  if ('toTag' in of) return of;
  const dialog = core.sessions.get(of.id)?.stage?.dialog?.state;
  if (!dialog) throw new TypeError('the call has no dialog');
  return { callId: dialog.callId, toTag: dialog.remoteTag, fromTag: dialog.localTag };
}

/** What a new call shall do to another (RFC 3891 §4, RFC 3911 §5). */
export interface Taking {
  /** The dialog at the far side that this call takes the place of (RFC 3891), or our call with it. */
  readonly replaces?: DialogRef | Session | undefined;
  /** The dialog at the far side that this call is to be mixed with (RFC 3911), or our call with it. */
  readonly join?: DialogRef | Session | undefined;
}

/** Throws when it shall do both, or to a call without a dialog. */
export function takingHeaders(core: Core, { replaces, join }: Taking): [string, string][] {
  const of = replaces ?? join;
  if (!of) return [];
  if (replaces && join) throw new TypeError('replaces and join contradict each other');
  const tag = join ? 'join' : 'replaces';
  return [
    ['Require', tag],
    [tag === 'join' ? 'Join' : 'Replaces', printReplaces(dialogRef(core, of))],
  ];
}

/** Shows the far side of `call` that a request outside of its dialog comes from us (RFC 4538 §3); nothing where it would not know. */
export function targetDialog(core: Core, call: Session | undefined): [string, string][] {
  const dialog = call && core.sessions.get(call.id)?.stage?.dialog;
  if (!dialog?.supports('tdialog')) return [];
  const { callId, localTag, remoteTag } = dialog.state;
  return [
    ['Require', 'tdialog'],
    ['Target-Dialog', `${callId};local-tag=${remoteTag};remote-tag=${localTag}`],
  ];
}

/** The call that a request belongs to: by its dialog, or because it proves to know that (RFC 4538 §4). */
export function knownSession(core: Core, { headers }: SipRequest, within?: LiveDialog): InviteSession | undefined {
  const target = headers.read(readTargetDialog);
  const dialog = within ?? (target && core.dialogs.get(target));
  return dialog && sessionOf(core, dialog);
}

/** What the INVITE wants done with a session of ours (RFC 3891 §3, RFC 3911 §4), or the status of its refusal. */
export type Takeover =
  | { readonly status: number }
  | { readonly how: 'replaces' | 'joins'; readonly session: InviteSession };

export function takeover(core: Core, invite: SipRequest): Takeover | undefined {
  const { headers } = invite;
  const joining = core.extensions.has('join') ? headers.all('join') : [];
  const [text, ...more] = [...headers.all('replaces'), ...joining];
  if (text === undefined) return undefined;
  // Two of them, or one that contradicts the other.
  const wanted = more.length > 0 || (joining.length === 0 && headers.has('join')) ? undefined : parseReplaces(text);
  if (!wanted) return { status: 400 };
  const joins = joining.length > 0;
  const id: DialogId = { callId: wanted.callId, localTag: untagged(wanted.toTag), remoteTag: untagged(wanted.fromTag) };
  if (core.gone.some((each) => same(each, id))) return { status: 603 };
  const dialog = core.dialogs.get(id);
  const session = dialog && sessionOf(core, dialog);
  if (!session) return { status: 481 };
  if (session.over) return { status: 603 };
  const early = dialog.state.state === 'early';
  // Nobody takes from us a call that still rings here: only early dialogs that we began. Join has no such limit (RFC 3911 §4).
  if (early && !joins && dialog.state.role === 'uas') return { status: 481 };
  if (!early && wanted.earlyOnly) return { status: 486 };
  if (!isAllowed(core, invite, session)) return { status: 403 };
  return { how: joins ? 'joins' : 'replaces', session };
}

/** Nobody is told what comes of the REFER (RFC 4488). */
export function isSilent({ headers }: SipMessage): boolean {
  return /^false$/i.test(headers.get('refer-sub') ?? '');
}

export function sessionOf(core: Core, dialog: LiveDialog): InviteSession | undefined {
  return [...core.sessions.values()].find(
    ({ stage, callId, direction }) =>
      stage?.dialog === dialog ||
      // Of a call that we make, each fork.
      (dialog.state.state === 'early' && direction === 'outgoing' && callId === dialog.state.callId),
  );
}

/** RFC 3891 §3: sent by, or for, the one who is replaced, or by somebody of our own domain; else the application decides. */
function isAllowed({ options, identity }: Core, invite: SipRequest, session: InviteSession): boolean {
  if (options.mayReplace) return options.mayReplace(invite, session);
  const party = parseUri(session.remote.uri);
  return [invite.from.uri, invite.referredBy?.uri].some(
    (uri) =>
      uri !== undefined &&
      isSipUri(uri) &&
      (uri.host.toLowerCase() === identity.aor.host.toLowerCase() || (party.ok && equalUri(party.value, uri))),
  );
}

export function same(one: DialogId, other: DialogId): boolean {
  return one.callId === other.callId && one.localTag === other.localTag && one.remoteTag === other.remoteTag;
}

/** `0` stands for the tag of a phone that has none (RFC 3891 §6.1). */
function untagged(tag: string): string {
  return tag === '0' ? '' : tag;
}
