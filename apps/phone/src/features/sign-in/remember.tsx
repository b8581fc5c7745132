import { Checkbox } from 'react-aria-components/Checkbox';

/** May this browser keep the login for longer than twelve hours? */
export function Remember({
  value,
  onChange,
}: {
  readonly value: boolean;
  readonly onChange: (value: boolean) => void;
}) {
  return (
    <div>
      <Checkbox isSelected={value} onChange={onChange} className="group flex min-h-9 cursor-pointer items-center gap-3">
        <span
          aria-hidden="true"
          className="grid size-5 place-items-center rounded border border-edge text-on-fill group-data-[selected]:border-accent group-data-[selected]:bg-accent group-data-[focus-visible]:outline-2 group-data-[focus-visible]:outline-accent-ink group-data-[focus-visible]:outline-offset-2"
        >
          {value && '✓'}
        </span>
        Remember on this device
      </Checkbox>
      <p className="pl-8 text-12 text-quiet">
        Kept encrypted in this browser. Otherwise forgotten 12 hours after last use.
      </p>
    </div>
  );
}
