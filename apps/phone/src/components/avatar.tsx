import { UserRound } from 'lucide-react';
import { initials, tintOf } from '../words/names.ts';

const SIZE = {
  small: 'size-8 text-12',
  row: 'size-10 text-14',
  large: 'size-20 text-20',
  huge: 'size-32 text-32',
} as const;

/** Initials on a faint tint. Decoration: the name always stands beside it. */
export function Avatar({ name, size = 'row' }: { readonly name: string; readonly size?: keyof typeof SIZE }) {
  const letters = initials(name);
  const hue = tintOf(name);
  return (
    <span
      aria-hidden="true"
      className={`grid shrink-0 select-none place-items-center rounded-full font-medium ${SIZE[size]}`}
      style={{
        background: `light-dark(oklch(0.925 0.028 ${hue}), oklch(0.34 0.03 ${hue}))`,
        color: `light-dark(oklch(0.38 0.05 ${hue}), oklch(0.9 0.03 ${hue}))`,
      }}
    >
      {letters === '' ? <UserRound className="size-1/2" strokeWidth={1.75} /> : letters}
    </span>
  );
}
