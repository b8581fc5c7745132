import { Check, Copy as CopyIcon } from 'lucide-react';
import { useState } from 'react';
import { Button } from 'react-aria-components/Button';

/** An address that copies itself when pressed. */
export function Copy({ text }: { readonly text: string }) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    await navigator.clipboard?.writeText(text).catch(() => undefined);
    setDone(true);
  };
  return (
    <Button
      aria-label={done ? `Copied ${text}` : `Copy ${text}`}
      onPress={copy}
      onBlur={() => setDone(false)}
      className="inline-flex min-h-11 max-w-full items-center gap-2 rounded-control px-3 text-14 text-quiet transition data-[hovered]:bg-hover"
    >
      <bdi dir="ltr" className="truncate">
        {text}
      </bdi>
      {done ? (
        <Check aria-hidden="true" size={16} className="shrink-0 text-go-ink" />
      ) : (
        <CopyIcon aria-hidden="true" size={16} className="shrink-0" />
      )}
    </Button>
  );
}
