import type { ReactNode } from 'react';

/** A name from outside: isolated, so that right-to-left names do not reorder what stands around them. */
export function Name({ children, className = '' }: { readonly children: string; readonly className?: string }) {
  return (
    <bdi dir="auto" className={className}>
      {children}
    </bdi>
  );
}

/** The name on a stage: large, smaller where a long one would fill a narrow screen. */
export function BigName({ children }: { readonly children: string }) {
  const size = children.length > 40 ? 'text-20' : children.length > 22 ? 'text-20 mid:text-32' : 'text-32';
  return (
    <h2 className={`line-clamp-3 max-w-full break-words font-semibold ${size}`}>
      <Name>{children}</Name>
    </h2>
  );
}

/** Dot and word together: colour never speaks alone. */
export function Presence({ reachable }: { readonly reachable: boolean }) {
  return (
    <span className={`inline-flex shrink-0 items-center gap-1.5 ${reachable ? 'text-go-ink' : 'text-quiet'}`}>
      <span aria-hidden="true" className={`size-2 rounded-full ${reachable ? 'bg-go' : 'border border-edge'}`} />
      {reachable ? 'reachable' : 'not reachable'}
    </span>
  );
}

export interface EmptyProps {
  readonly icon: ReactNode;
  readonly title: string;
  readonly children?: ReactNode;
}

/** Says what to do next where there is nothing yet. */
export function Empty({ icon, title, children }: EmptyProps) {
  return (
    <div className="mx-auto flex max-w-72 flex-col items-center gap-2 px-4 py-16 text-center">
      <span aria-hidden="true" className="mb-2 grid size-14 place-items-center rounded-full bg-control text-quiet">
        {icon}
      </span>
      <p className="font-medium text-16">{title}</p>
      {children !== undefined && <div className="text-quiet">{children}</div>}
    </div>
  );
}

export function Heading({ children, action }: { readonly children: ReactNode; readonly action?: ReactNode }) {
  return (
    <div className="flex min-h-14 items-center justify-between gap-2 px-4 pt-2">
      <h1 className="font-semibold text-20">{children}</h1>
      {action}
    </div>
  );
}
