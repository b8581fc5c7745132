import type { ReactNode } from 'react';
import { Button } from 'react-aria-components/Button';

export interface CallControlProps {
  readonly label: string;
  readonly icon: ReactNode;
  readonly on?: boolean;
  readonly stop?: boolean;
  readonly expanded?: boolean;
  readonly disabled?: boolean;
  readonly onPress: () => void;
}

/** A round button with its word below. It changes its word with its state, so it needs no pressed state besides. */
export function CallControl({
  label,
  icon,
  on = false,
  stop = false,
  expanded,
  disabled = false,
  onPress,
}: CallControlProps) {
  const ground = stop
    ? 'bg-stop text-on-fill group-data-[hovered]:bg-stop-strong'
    : on
      ? 'bg-ink text-surface'
      : 'bg-control text-ink group-data-[hovered]:bg-hover';
  return (
    <Button
      onPress={onPress}
      isDisabled={disabled}
      {...(expanded === undefined ? {} : { 'aria-expanded': expanded })}
      className="group flex w-20 select-none flex-col items-center gap-1.5 rounded-control py-1 data-[disabled]:opacity-45"
    >
      <span
        aria-hidden="true"
        className={`grid size-14 place-items-center rounded-full transition group-data-[pressed]:scale-95 ${ground}`}
      >
        {icon}
      </span>
      <span className="text-12">{label}</span>
    </Button>
  );
}
