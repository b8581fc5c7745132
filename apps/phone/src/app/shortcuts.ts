/** Keys that people know from other phones and meeting programs, as a pure table. */

export type ShortcutAction =
  | { readonly type: 'answer' | 'decline' | 'hang-up' | 'mute' | 'hold' | 'dial-field' | 'help' | 'incoming' | 'close' }
  | { readonly type: 'digit'; readonly digit: string };

export interface KeyPress {
  readonly key: string;
  readonly ctrl: boolean;
  readonly shift: boolean;
  readonly alt: boolean;
}

export interface Situation {
  /** The focus is in a field where letters are text. */
  readonly typing: boolean;
  readonly dialog: boolean;
  readonly inCall: boolean;
  readonly incoming: boolean;
}

/** Single letters never act with a modifier, in a field, or while a dialog is open (WCAG 2.1.4). */
export function shortcutFor(press: KeyPress, now: Situation): ShortcutAction | undefined {
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  if (press.ctrl && press.shift) return withControlShift(key, now);
  if (press.ctrl && !press.alt) return key === 'k' ? { type: 'dial-field' } : undefined;
  if (press.alt) return undefined;
  if (key === 'F6') return now.incoming ? { type: 'incoming' } : undefined;
  if (key === 'Escape') return now.dialog || now.typing ? undefined : { type: 'close' };
  if (now.typing || now.dialog) return undefined;
  if (/^[0-9*#]$/.test(key)) return { type: 'digit', digit: key };
  return plainKey(key, now);
}

function withControlShift(key: string, now: Situation): ShortcutAction | undefined {
  if (key === 's') return now.incoming ? { type: 'answer' } : undefined;
  if (key === 'd') return now.incoming ? { type: 'decline' } : undefined;
  if (key === 'h') return now.inCall ? { type: 'hang-up' } : undefined;
  return key === 'm' && now.inCall ? { type: 'mute' } : undefined;
}

function plainKey(key: string, now: Situation): ShortcutAction | undefined {
  if (key === '/') return { type: 'dial-field' };
  if (key === '?') return { type: 'help' };
  if (!now.inCall) return undefined;
  if (key === 'm') return { type: 'mute' };
  return key === 'h' ? { type: 'hold' } : undefined;
}

/** For the list one opens with “?”. */
export const SHORTCUTS: readonly (readonly [keys: string, what: string])[] = [
  ['Ctrl Shift S', 'Answer'],
  ['Ctrl Shift D', 'Decline'],
  ['Ctrl Shift H', 'Hang up'],
  ['M', 'Mute or unmute'],
  ['Ctrl Shift M', 'Mute, also while typing'],
  ['H', 'Hold or resume'],
  ['0–9 * #', 'Send digits in a call, else dial'],
  ['/', 'Go to the dial field'],
  ['F6', 'Go to the incoming call'],
  ['Esc', 'Close a panel; never hangs up'],
  ['?', 'Show this list'],
];
