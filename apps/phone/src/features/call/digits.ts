import type { CallSnapshot } from '../../bridge/index.ts';
import { useSounds } from '../../sounds/sounds-context.ts';
import { usePhone, useSend } from '../../store/context.tsx';

/** Sends one digit into the call, shows it and makes it heard here. */
export function useTouchTone(call: CallSnapshot): (digit: string) => void {
  const { ui } = usePhone();
  const send = useSend();
  const sounds = useSounds();
  return (digit) => {
    ui.setState(({ digits }) => ({ digits: digits + digit }));
    sounds?.key(digit);
    void send({ type: 'dtmf', call: call.id, digit });
  };
}
