import type { ReactNode } from 'react';

const TONE = {
  warn: 'bg-warn-soft text-warn-ink',
  stop: 'bg-stop-soft text-stop-ink',
  accent: 'bg-accent-soft text-accent-ink',
} as const;

export interface BannerProps {
  readonly tone: keyof typeof TONE;
  readonly icon: ReactNode;
  readonly label: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** One line across the top for what concerns the whole phone, with at most two things to do about it. */
export function Banner({ tone, icon, label, actions, children }: BannerProps) {
  return (
    <section
      aria-label={label}
      className={`flex animate-appear flex-wrap items-center gap-x-3 gap-y-1 px-4 py-1 ${TONE[tone]}`}
    >
      <span aria-hidden="true" className="shrink-0">
        {icon}
      </span>
      <div className="min-w-48 flex-1 py-2">{children}</div>
      {actions !== undefined && <div className="flex gap-1">{actions}</div>}
    </section>
  );
}
