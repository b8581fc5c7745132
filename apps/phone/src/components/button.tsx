import type { ReactNode } from 'react';
import { type ButtonProps, Button as Pressable } from 'react-aria-components/Button';

export type Variant = 'primary' | 'plain' | 'quiet' | 'go' | 'stop' | 'danger';

const VARIANT: Record<Variant, string> = {
  primary: 'bg-accent text-on-fill data-[hovered]:bg-accent-strong',
  plain: 'bg-control text-ink data-[hovered]:bg-hover',
  quiet: 'text-accent-ink data-[hovered]:bg-hover',
  go: 'bg-go text-on-fill data-[hovered]:bg-go-strong',
  stop: 'bg-stop text-on-fill data-[hovered]:bg-stop-strong',
  danger: 'text-stop-ink data-[hovered]:bg-stop-soft',
};

const SHAPE =
  'inline-flex min-h-11 select-none items-center justify-center gap-2 rounded-control px-4 text-14 font-medium transition ' +
  'data-[pressed]:opacity-80 data-[disabled]:opacity-45';

export interface ActionProps extends Omit<ButtonProps, 'className' | 'children'> {
  readonly variant?: Variant;
  readonly wide?: boolean;
  readonly children: ReactNode;
}

export function Action({ variant = 'plain', wide = false, children, ...rest }: ActionProps) {
  return (
    <Pressable {...rest} className={`${SHAPE} ${VARIANT[variant]} ${wide ? 'w-full' : ''}`}>
      {children}
    </Pressable>
  );
}

export interface IconActionProps extends Omit<ButtonProps, 'className' | 'children' | 'aria-label'> {
  readonly label: string;
  readonly icon: ReactNode;
  readonly variant?: Variant;
  readonly className?: string;
}

/** A round button with a picture; its words are for screen readers and the tooltip. */
export function IconAction({ label, icon, variant = 'quiet', className = '', ...rest }: IconActionProps) {
  return (
    <Pressable
      {...rest}
      aria-label={label}
      className={`grid size-11 shrink-0 place-items-center rounded-full transition data-[disabled]:opacity-45 data-[pressed]:opacity-80 ${VARIANT[variant]} ${className}`}
    >
      <span title={label} className="grid size-full place-items-center rounded-full">
        {icon}
      </span>
    </Pressable>
  );
}
