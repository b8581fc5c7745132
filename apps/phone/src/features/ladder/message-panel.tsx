import { ArrowRight, X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { IconAction } from '../../components/button.tsx';
import { Name } from '../../components/text.tsx';
import { type Explanation, REACH } from './explain.ts';
import type { ArrowRow } from './rows.ts';

export interface MessagePanelProps {
  readonly row: ArrowRow;
  readonly from: string;
  readonly to: string;
  readonly explanation: Explanation;
  readonly onClose: () => void;
}

/** One message: what it means, where that is written, and its text letter for letter. */
export function MessagePanel({ row, from, to, explanation, onClose }: MessagePanelProps) {
  const scroller = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another message begins at its top
  useEffect(() => {
    scroller.current?.scrollTo({ top: 0 });
  }, [row.key]);
  return (
    <section
      aria-label="Message"
      className="flex max-h-[55%] min-h-0 shrink-0 flex-col border-line border-t bg-surface wide:max-h-none wide:w-[22rem] wide:border-t-0 wide:border-l"
    >
      <div className="flex items-center gap-2 py-1 pr-2 pl-4">
        <h3 className="min-w-0 flex-1 truncate font-semibold text-16">{row.label}</h3>
        <IconAction label="Close message" icon={<X size={18} />} onPress={onClose} />
      </div>
      <div ref={scroller} className="scroll-quiet min-h-0 flex-1 px-4 pb-6">
        <p className="flex flex-wrap items-center gap-1.5 text-12 text-quiet">
          <Name>{from}</Name>
          <ArrowRight aria-label="to" size={14} />
          <Name>{to}</Name>
          {row.retransmission && <span>· sent again, the first copy was not answered in time</span>}
        </p>
        <p className="mt-3 text-14">{explanation.sentence}</p>
        <p className="mt-3 flex flex-wrap gap-2 text-12">
          <span className="rounded-full bg-accent-soft px-2.5 py-1 font-medium text-accent-ink">
            {explanation.section}
          </span>
          <span className="rounded-full bg-control px-2.5 py-1">{REACH[explanation.reach]}</span>
        </p>
        <pre
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
          tabIndex={0}
          className="mt-4 overflow-x-auto rounded-control bg-canvas p-3 font-mono text-12 leading-5"
        >
          {row.entry.text.replaceAll('\r', '').trimEnd()}
        </pre>
        <p className="mt-2 text-12 text-quiet">Passwords and keys are taken out.</p>
      </div>
    </section>
  );
}
