import { X } from 'lucide-react';
import { useEffect } from 'react';
import { IconAction } from '../components/button.tsx';
import { usePhone, useUi } from '../store/context.tsx';
import { without } from '../store/ui-store.ts';

const SHOWN_MS = 8_000;

/** What was refused or has happened aside, told once; it goes away by itself. */
export function Toast() {
  const { ui } = usePhone();
  const notice = useUi((state) => state.notice);
  useEffect(() => {
    if (notice === undefined) return;
    const timer = setTimeout(() => without(ui, 'notice'), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [notice, ui]);
  return (
    <div className="pointer-events-none fixed inset-x-0 bottom-20 z-40 flex justify-center px-4 mid:bottom-6">
      {notice !== undefined && (
        <div
          role="alert"
          className="pointer-events-auto flex max-w-[32rem] animate-appear items-center gap-2 rounded-card bg-ink py-1 pr-1 pl-4 text-surface shadow-card"
        >
          <span className="min-w-0 break-words py-2">{notice}</span>
          <IconAction
            label="Close notice"
            icon={<X size={18} />}
            onPress={() => without(ui, 'notice')}
            className="!text-surface data-[hovered]:!bg-quiet"
          />
        </div>
      )}
    </div>
  );
}
