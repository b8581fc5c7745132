import { AudioLines } from 'lucide-react';
import type { KeyboardEvent } from 'react';
import type { ArrowRow, Lane, MediaRow, Row, Tone } from './rows.ts';

const TONE: Record<Tone, string> = {
  request: 'text-accent-ink',
  provisional: 'text-quiet',
  success: 'text-go-ink',
  challenge: 'text-warn-ink',
  failure: 'text-stop-ink',
};

export interface LadderRowProps {
  readonly row: Row;
  readonly lanes: readonly Lane[];
  readonly nameOf: (lane: Lane) => string;
  readonly chosen: boolean;
  readonly onChoose: () => void;
}

export function LadderRow(props: LadderRowProps) {
  return props.row.kind === 'media' ? (
    <Media row={props.row} count={props.lanes.length} />
  ) : (
    <Arrow {...props} row={props.row} />
  );
}

function Arrow({ row, lanes, nameOf, chosen, onChoose }: LadderRowProps & { readonly row: ArrowRow }) {
  const [from, to] = [lanes[row.from], lanes[row.to]];
  if (from === undefined || to === undefined) return null;
  const name = `${row.label}, ${nameOf(from)} to ${nameOf(to)}, ${offsetText(row.offset)}${row.retransmission ? ', sent again' : ''}`;
  return (
    <li className="relative">
      <button
        type="button"
        aria-label={name}
        aria-expanded={chosen}
        onClick={onChoose}
        onKeyDown={moveFocus}
        data-arrow={row.arrow}
        data-from={from.role}
        data-to={to.role}
        data-cseq={row.entry.cseq}
        {...(row.retransmission ? { 'data-retransmission': true } : {})}
        className={`relative -ml-14 block h-11 w-[calc(100%+56px)] animate-appear rounded-control pl-14 -outline-offset-2 transition ${chosen ? 'bg-accent-soft' : 'hover:bg-hover'}`}
      >
        <span className="tabular absolute inset-y-0 left-2 flex items-center text-12 text-quiet">
          {offsetText(row.offset)}
        </span>
        <span className={`absolute inset-y-0 ${TONE[row.tone]}`} style={span(row.from, row.to, lanes.length)}>
          <span className="-inset-x-8 absolute top-1.5 flex justify-center">
            <span
              className={`max-w-full truncate rounded px-1 font-medium text-12 leading-4 ${chosen ? '' : 'bg-stage'}`}
            >
              {row.label}
              {row.retransmission && ' (again)'}
            </span>
          </span>
          <Line right={row.to > row.from} dashed={row.retransmission} />
        </span>
      </button>
    </li>
  );
}

function Line({ right, dashed }: { readonly right: boolean; readonly dashed: boolean }) {
  return (
    <span aria-hidden="true" className={`absolute inset-x-1 bottom-3 flex items-center ${right ? '' : '-scale-x-100'}`}>
      <span className={`h-0 flex-1 border-current border-t-2 ${dashed ? 'border-dashed' : ''}`} />
      <span className="-ml-1 border-y-[5px] border-y-transparent border-l-[8px] border-l-current" />
    </span>
  );
}

const MEDIA_WORDS: Record<MediaRow['state'], string> = {
  flowing: 'Voice, phone to phone',
  interrupted: 'Voice interrupted',
  over: 'Voice, phone to phone',
};

function Media({ row, count }: { readonly row: MediaRow; readonly count: number }) {
  const tone = row.state === 'interrupted' ? 'bg-warn-soft text-warn-ink' : 'bg-go-soft text-go-ink';
  return (
    <li data-media={row.state} className="relative h-12 animate-appear">
      <span
        style={{ ...insetSpan(row.from, row.to, count) }}
        className={`absolute inset-y-1.5 flex items-center justify-center gap-2 rounded-full px-3 text-12 ${tone}`}
      >
        <AudioLines
          aria-hidden="true"
          size={16}
          className={`shrink-0 ${row.state === 'flowing' ? 'animate-breathe' : ''}`}
        />
        <span className="truncate font-medium">{MEDIA_WORDS[row.state]}</span>
      </span>
    </li>
  );
}

/** Lanes are equal columns; an arrow reaches from the middle of one to the middle of another. */
function insetSpan(from: number, to: number, count: number) {
  const [left, right] = [Math.min(from, to), Math.max(from, to)];
  return { left: `${((left + 0.5) / count) * 100}%`, width: `${((right - left) / count) * 100}%` };
}

/** The same inside a button that is wider than the lanes by the column of times. */
function span(from: number, to: number, count: number) {
  const { left, width } = insetSpan(from, to, count);
  return {
    left: `calc(56px + (100% - 56px) * ${Number.parseFloat(left) / 100})`,
    width: `calc((100% - 56px) * ${Number.parseFloat(width) / 100})`,
  };
}

function moveFocus(event: KeyboardEvent<HTMLButtonElement>) {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  const buttons = [...(event.currentTarget.closest('ol')?.querySelectorAll('button') ?? [])];
  const next = buttons[buttons.indexOf(event.currentTarget) + (event.key === 'ArrowDown' ? 1 : -1)];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}

/** `+0.061` seconds since the first message; whole seconds from a minute on. */
export function offsetText(ms: number): string {
  return ms < 60_000
    ? (ms / 1000).toFixed(3)
    : `${Math.floor(ms / 60_000)}:${String(Math.floor((ms % 60_000) / 1000)).padStart(2, '0')}`;
}
