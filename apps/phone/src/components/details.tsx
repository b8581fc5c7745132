import { useState } from 'react';
import { Action } from './button.tsx';
import { Copy } from './copy.tsx';

export interface DetailsProps {
  readonly status: number | undefined;
  readonly detail: string | undefined;
  readonly callId?: string;
}

/** What the network said, letter for letter: one press away and never the headline. */
export function Details({ status, detail, callId }: DetailsProps) {
  const [open, setOpen] = useState(false);
  if (status === undefined && !detail && callId === undefined) return null;
  return (
    <div className="flex max-w-full flex-col items-center">
      <Action variant="quiet" aria-expanded={open} onPress={() => setOpen(!open)}>
        Details
      </Action>
      {open && (
        <dl className="mt-1 grid max-w-full animate-appear grid-cols-[auto_minmax(0,1fr)] items-center gap-x-4 rounded-control bg-control px-4 py-2 text-left">
          {status !== undefined && <Fact term="Code">{String(status)}</Fact>}
          {detail !== undefined && detail !== '' && <Fact term="Reason">{detail}</Fact>}
          {callId !== undefined && (
            <>
              <dt className="text-quiet">Call ID</dt>
              <dd className="min-w-0 font-mono text-12">
                <Copy text={callId} />
              </dd>
            </>
          )}
        </dl>
      )}
    </div>
  );
}

function Fact({ term, children }: { readonly term: string; readonly children: string }) {
  return (
    <>
      <dt className="text-quiet">{term}</dt>
      <dd className="tabular min-w-0 break-words px-3 py-1">{children}</dd>
    </>
  );
}
