import { Delete, History, Phone } from 'lucide-react';
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import { Avatar } from '../../components/avatar.tsx';
import { IconAction } from '../../components/button.tsx';
import { DialPad } from '../../components/dial-pad.tsx';
import { Heading, Name } from '../../components/text.tsx';
import { useCalling } from '../../store/calling.ts';
import { useAccount, useDirectory, usePhone, useSnapshot, useUi } from '../../store/context.tsx';
import { recentsOf } from '../../store/selectors.ts';
import { cleanDialled } from '../../words/address.ts';
import { type Directory, lately, type Suggestion, suggestions } from '../../words/names.ts';

export function DialPane() {
  const { ui } = usePhone();
  const draft = useUi((state) => state.draft);
  const lastDialled = useUi((state) => state.lastDialled);
  const { call } = useCalling();
  const field = useRef<HTMLInputElement>(null);
  const setDraft = (text: string) => ui.setState({ draft: text });
  const type = (text: string) => {
    setDraft(draft + text);
    field.current?.focus({ preventScroll: true });
  };
  const redial = lastDialled !== '' && draft === '';
  return (
    <div className="flex h-full min-h-0 flex-col">
      <Heading>Keypad</Heading>
      <DialField field={field} draft={draft} setDraft={setDraft} onCall={call} />
      <div className="shrink-0 px-4 pt-2 pb-4">
        <DialPad label="Dial pad" onDigit={type} onPlus={() => type('+')} />
        <div className="mx-auto mt-3 grid max-w-72 grid-cols-[1fr_auto_1fr] items-center gap-2">
          {redial ? (
            <IconAction
              label="Redial"
              icon={<History size={20} />}
              onPress={() => setDraft(lastDialled)}
              className="justify-self-center"
            />
          ) : (
            <span />
          )}
          <IconAction
            label="Call"
            variant="go"
            icon={<Phone size={24} />}
            isDisabled={draft.trim() === ''}
            onPress={() => call(draft)}
            className="!size-16"
          />
          <IconAction
            label="Delete digit"
            icon={<Delete size={20} />}
            isDisabled={draft === ''}
            onPress={() => setDraft([...draft].slice(0, -1).join(''))}
            className="justify-self-center"
          />
        </div>
      </div>
    </div>
  );
}

interface DialFieldProps {
  readonly field: React.RefObject<HTMLInputElement | null>;
  readonly draft: string;
  readonly setDraft: (text: string) => void;
  readonly onCall: (target: string, name?: string) => void;
}

/** The field and the people it may mean: a combobox whose list stands between the field and the keys. */
function DialField({ field, draft, setDraft, onCall }: DialFieldProps) {
  const directory = useDirectory();
  const listId = useId();
  const [active, setActive] = useState(-1);
  const recents = useLately(directory);
  const found = draft.trim() === '' ? recents : suggestions(draft, directory);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was chosen belongs to what was typed
  useEffect(() => setActive(-1), [draft]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setActive((at) => (found.length === 0 ? -1 : (at + step + found.length) % found.length));
    }
    if (event.key === 'Enter') {
      event.preventDefault();
      const chosen = found[active];
      if (chosen === undefined) onCall(draft);
      else onCall(chosen.target, chosen.name);
    }
    if (event.key === 'Escape') setDraft('');
  };
  return (
    <>
      <div className="px-4">
        <input
          ref={field}
          type="text"
          role="combobox"
          aria-label="Name, number or SIP address"
          aria-expanded={found.length > 0}
          aria-controls={listId}
          aria-autocomplete="list"
          {...(active >= 0 ? { 'aria-activedescendant': `${listId}-${active}` } : {})}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          data-dial-field
          placeholder="Name or number"
          value={draft}
          onChange={(event) => setDraft(event.target.value)}
          onPaste={(event) => {
            event.preventDefault();
            const input = event.currentTarget;
            const [from, to] = [input.selectionStart ?? draft.length, input.selectionEnd ?? draft.length];
            setDraft(draft.slice(0, from) + cleanDialled(event.clipboardData.getData('text')) + draft.slice(to));
          }}
          onKeyDown={onKeyDown}
          className="tabular h-14 w-full rounded-control border border-edge bg-surface px-3 text-center text-20 placeholder:text-quiet"
        />
      </div>
      <div id={listId} role="listbox" aria-label="Suggestions" className="scroll-quiet min-h-0 flex-1 px-2 py-2">
        {draft.trim() === '' && found.length > 0 && (
          <p aria-hidden="true" className="px-2 py-1 font-medium text-12 text-quiet">
            Lately
          </p>
        )}
        {found.map((one, index) => (
          <Option
            key={one.key}
            id={`${listId}-${index}`}
            suggestion={one}
            active={index === active}
            onChoose={() => onCall(one.target, one.name)}
          />
        ))}
      </div>
    </>
  );
}

/** Whom one has spoken with lately: what the list holds before anything is typed. */
function useLately(directory: Directory): readonly Suggestion[] {
  const snapshot = useSnapshot();
  const account = useAccount()?.id;
  return useMemo(() => lately(recentsOf(snapshot, account), directory), [snapshot, account, directory]);
}

interface OptionProps {
  readonly id: string;
  readonly suggestion: Suggestion;
  readonly active: boolean;
  readonly onChoose: () => void;
}

function Option({ id, suggestion, active, onChoose }: OptionProps) {
  return (
    // biome-ignore lint/a11y/useFocusableInteractive lint/a11y/useKeyWithClickEvents: focus stays in the combobox, which handles the keys
    <div
      id={id}
      role="option"
      aria-selected={active}
      onClick={onChoose}
      className={`flex min-h-14 cursor-pointer items-center gap-3 rounded-control px-2 ${active ? 'bg-accent-soft' : 'hover:bg-hover'}`}
    >
      <Avatar name={suggestion.name} />
      <span className="min-w-0 flex-1">
        <Name className="block truncate text-left font-medium">{suggestion.name}</Name>
        <span className="tabular block truncate text-left text-12 text-quiet">{suggestion.address}</span>
      </span>
      <Phone aria-hidden="true" size={18} className="mr-2 text-quiet" />
    </div>
  );
}
