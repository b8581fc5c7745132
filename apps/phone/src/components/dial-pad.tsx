import { useRef } from 'react';
import { Button } from 'react-aria-components/Button';

const KEYS: readonly (readonly [digit: string, letters: string])[] = [
  ['1', ''],
  ['2', 'ABC'],
  ['3', 'DEF'],
  ['4', 'GHI'],
  ['5', 'JKL'],
  ['6', 'MNO'],
  ['7', 'PQRS'],
  ['8', 'TUV'],
  ['9', 'WXYZ'],
  ['*', ''],
  ['0', '+'],
  ['#', ''],
];

/** How long 0 is held to mean +. */
const LONG_PRESS_MS = 500;

export interface DialPadProps {
  readonly label: string;
  readonly onDigit: (digit: string) => void;
  /** Long press on 0: the + of an international number. Without it a long press is a 0. */
  readonly onPlus?: () => void;
}

export function DialPad({ label, onDigit, onPlus }: DialPadProps) {
  const held = useRef<ReturnType<typeof setTimeout>>(undefined);
  const done = useRef(false);
  const start = (digit: string) => {
    done.current = false;
    if (digit !== '0' || onPlus === undefined) return;
    held.current = setTimeout(() => {
      done.current = true;
      onPlus();
    }, LONG_PRESS_MS);
  };
  const press = (digit: string) => {
    clearTimeout(held.current);
    if (!done.current) onDigit(digit);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset brings form semantics that keys do not have
    <div role="group" aria-label={label} className="mx-auto grid w-full max-w-72 grid-cols-3 gap-2">
      {KEYS.map(([digit, letters]) => (
        <Button
          key={digit}
          aria-label={digit}
          onPressStart={() => start(digit)}
          onPressEnd={() => clearTimeout(held.current)}
          onPress={() => press(digit)}
          className="flex h-14 select-none flex-col items-center justify-center rounded-card bg-control transition data-[hovered]:bg-hover data-[pressed]:scale-95 data-[pressed]:bg-accent-soft"
        >
          <span className="tabular text-20 leading-6">{digit}</span>
          <span aria-hidden="true" className="h-3 text-12 text-quiet leading-3 tracking-wider">
            {letters}
          </span>
        </Button>
      ))}
    </div>
  );
}
