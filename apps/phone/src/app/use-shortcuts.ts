import { useEffect } from 'react';
import type { CallSnapshot } from '../bridge/index.ts';
import { useSounds } from '../sounds/sounds-context.ts';
import { usePhone, useSend } from '../store/context.tsx';
import type { TabCalls } from '../store/selectors.ts';
import { without } from '../store/ui-store.ts';
import { useFocusedCall } from './calls.ts';
import { type ShortcutAction, shortcutFor } from './shortcuts.ts';

export function useShortcuts(calls: TabCalls): void {
  const { ui } = usePhone();
  const send = useSend();
  const sounds = useSounds();
  const { current } = useFocusedCall(calls);
  useEffect(() => {
    const digit = (text: string) => {
      if (current?.state !== 'connected') return dial(text);
      ui.setState(({ digits }) => ({ digits: digits + text }));
      sounds?.key(text);
      void send({ type: 'dtmf', call: current.id, digit: text });
    };
    const dial = (text: string) => {
      const field = document.querySelector<HTMLInputElement>('[data-dial-field]');
      if (field === null) return;
      ui.setState(({ draft }) => ({ draft: draft + text }));
      field.focus();
    };
    const onCall = (type: ShortcutAction['type'], call: CallSnapshot) => {
      if (type === 'hang-up') void send({ type: 'hang-up', call: call.id });
      if (type === 'mute') void send({ type: 'mute', call: call.id, on: !call.muted });
      if (type === 'hold' && call.state === 'connected')
        void send({ type: 'hold', call: call.id, on: !call.hold.here });
    };
    const act = (action: ShortcutAction) => {
      const [ringing] = calls.incoming;
      switch (action.type) {
        case 'answer':
          if (ringing !== undefined) void send({ type: 'answer', call: ringing.id, holdOthers: calls.own.length > 0 });
          return;
        case 'decline':
          if (ringing !== undefined) void send({ type: 'decline', call: ringing.id });
          return;
        case 'incoming':
          return document.querySelector<HTMLElement>('[data-incoming] button:last-of-type')?.focus();
        case 'digit':
          return digit(action.digit);
        case 'dial-field':
          location.hash = '#/keypad';
          return requestAnimationFrame(() => document.querySelector<HTMLElement>('[data-dial-field]')?.focus());
        case 'help':
          return ui.setState({ shortcutsOpen: true });
        case 'close':
          ui.setState({ callKeypad: false });
          return without(ui, 'ladder');
        default:
          if (current !== undefined) onCall(action.type, current);
      }
    };
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const action = shortcutFor(
        { key: event.key, ctrl: event.ctrlKey || event.metaKey, shift: event.shiftKey, alt: event.altKey },
        {
          typing: isTyping(event.target),
          dialog: isInDialog(),
          inCall: current !== undefined,
          incoming: calls.incoming.length > 0,
        },
      );
      if (action === undefined) return;
      event.preventDefault();
      act(action);
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, [calls, current, ui, send, sounds]);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

function isInDialog(): boolean {
  return document.querySelector('[role="dialog"], [role="menu"]') !== null;
}
