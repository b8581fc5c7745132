import type { Coverage, Shown } from './collect.ts';
import purposes from './data/purposes.json' with { type: 'json' };
import rfcs from './data/rfcs.json' with { type: 'json' };
import traps from './data/traps.json' with { type: 'json' };
import { reasons } from './reasons.ts';

const known: Readonly<Record<string, { readonly title: string; readonly sections: string }>> = rfcs;
const generated = '<!-- Written by `npm run coverage` from the titles of the tests and the comments of the code. -->';

/** The generated pages: path below the root, and text. */
export function pages(coverage: Coverage): ReadonlyMap<string, string> {
  return new Map([
    ['docs/rfc-coverage.md', sectionsPage(coverage)],
    ['docs/sip-traps.md', trapsPage(coverage)],
    ['docs/test-purposes.md', purposesPage(coverage)],
  ]);
}

/** What is wrong with the citations themselves, one sentence each. */
export function problems({ shown, implemented }: Coverage): readonly string[] {
  const found: string[] = [];
  for (const { id } of [...traps, ...purposes]) {
    if (!shown.has(id) && reasons[id] === undefined) found.push(`${id} has neither a test nor a reason`);
  }
  const listed = new Set([...traps, ...purposes].map(({ id }) => id));
  for (const id of Object.keys(reasons))
    if (!listed.has(id)) found.push(`a reason is given for ${id}, which does not exist`);
  for (const [id, [first]] of shown) {
    if (!listed.has(id) && !isSection(id)) found.push(`${first?.file} cites ${id}, which does not exist`);
  }
  for (const [id, [file]] of implemented) if (!isSection(id)) found.push(`${file} cites ${id}, which does not exist`);
  return found;
}

function isSection(id: string): boolean {
  const [rfc = '', section] = id.split(' §');
  const sections = known[rfc]?.sections;
  // Of RFCs beside SIP no contents are kept here.
  return (
    /^\d{4}$/.test(rfc) && (section === undefined || sections === undefined || sections.split(' ').includes(section))
  );
}

function sectionsPage({ implemented, shown }: Coverage): string {
  const ids = [...new Set([...implemented.keys(), ...[...shown.keys()].filter((id) => /^\d{4}/.test(id))])].sort(
    bySection,
  );
  const parts = Map.groupBy(ids, (id) => id.slice(0, 4));
  const lines = [
    '# RFC coverage',
    '',
    generated,
    '',
    'Which file implements a section of an RFC, by the comments that cite it, and which tests show it, by the titles that cite it. See also',
    '[field traps](sip-traps.md) and [test purposes](test-purposes.md).',
    '',
  ];
  for (const [rfc, sections] of parts) {
    lines.push(`## RFC ${rfc}: ${known[rfc]?.title ?? ''}`, '', '| Section | Files | Tests |', '| --- | --- | --- |');
    for (const id of sections) {
      const section = id.slice(4).trim() || 'as a whole';
      const files = (implemented.get(id) ?? []).map((file) => `\`${short(file)}\``).join('<br>');
      lines.push(`| ${section} | ${files} | ${tests(shown.get(id) ?? [])} |`);
    }
    lines.push('');
  }
  return lines.join('\n');
}

function trapsPage({ shown }: Coverage): string {
  const lines = [
    '# Field traps',
    '',
    generated,
    '',
    'Mistakes that SIP stacks in the field make, and the tests that show that this one does not.',
    '',
    '| Trap | What is right | Tests, or why there is none |',
    '| --- | --- | --- |',
    ...traps.map(({ id, text }) => `| ${id} | ${cell(text)} | ${shownOrWhy(id, shown)} |`),
  ];
  return `${lines.join('\n')}\n`;
}

function purposesPage({ shown }: Coverage): string {
  const lines = [
    '# Test purposes',
    '',
    generated,
    '',
    'What the RFCs ask of each element, one testable statement a line.',
    '',
    '| Purpose | Source | Statement | Tests, or why there is none |',
    '| --- | --- | --- | --- |',
    ...purposes.map(({ id, ref, text }) => `| ${id} | ${ref} | ${cell(text)} | ${shownOrWhy(id, shown)} |`),
  ];
  return `${lines.join('\n')}\n`;
}

function shownOrWhy(id: string, shown: Coverage['shown']): string {
  return [tests(shown.get(id) ?? []), reasons[id] === undefined ? '' : `*${cell(reasons[id])}*`]
    .filter(Boolean)
    .join('<br>');
}

function tests(list: readonly Shown[]): string {
  return [...Map.groupBy(list, ({ file }) => file)]
    .map(([file, each]) => `\`${short(file)}\`: ${[...new Set(each.map(({ title }) => cell(title)))].join('; ')}`)
    .join('<br>');
}

function short(file: string): string {
  return file.replace(/^packages\//, '');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', ' ');
}

/** By RFC, then by the numbers of the section. */
function bySection(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
