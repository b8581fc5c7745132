import type { SdpLine } from './session-description.ts';

/** Session level or m-section: whatever has lines. */
export interface Lines {
  readonly lines: readonly SdpLine[];
}

/** The values of all `a=name` lines, in order; '' for an attribute without value. */
export function attributes(section: Lines, name: string): readonly string[] {
  return section.lines.flatMap((line) => attributeValue(line, name) ?? []);
}

/** The value of the first `a=name`, '' for one without value, undefined for none. */
export function attribute(section: Lines, name: string): string | undefined {
  for (const line of section.lines) {
    const value = attributeValue(line, name);
    if (value !== undefined) return value;
  }
  return undefined;
}

export function hasAttribute(section: Lines, name: string): boolean {
  return attribute(section, name) !== undefined;
}

/** Replaces every `a=name` by one, at the place of the first; adds it at the end when there is none. */
export function withAttribute<S extends Lines>(section: S, name: string, value = ''): S {
  const made: SdpLine = { type: 'a', value: value === '' ? name : `${name}:${value}` };
  const first = section.lines.findIndex((line) => attributeValue(line, name) !== undefined);
  if (first < 0) return { ...section, lines: [...section.lines, made] };
  const lines = section.lines.flatMap((line, i) =>
    i === first ? made : attributeValue(line, name) === undefined ? line : [],
  );
  return { ...section, lines };
}

/** Adds one more `a=name:value` at the end. */
export function addAttribute<S extends Lines>(section: S, name: string, value = ''): S {
  return { ...section, lines: [...section.lines, { type: 'a', value: value === '' ? name : `${name}:${value}` }] };
}

export function withoutAttribute<S extends Lines>(section: S, ...names: readonly string[]): S {
  const lines = section.lines.filter((line) => names.every((name) => attributeValue(line, name) === undefined));
  return { ...section, lines };
}

/** The value of the first line of that letter. */
export function line(section: Lines, type: string): string | undefined {
  return section.lines.find((each) => each.type === type)?.value;
}

/** Attribute names compare with regard to case (RFC 8866 §5.13). */
function attributeValue(line: SdpLine, name: string): string | undefined {
  if (line.type !== 'a' || !line.value.startsWith(name)) return undefined;
  if (line.value.length === name.length) return '';
  return line.value.charAt(name.length) === ':' ? line.value.slice(name.length + 1) : undefined;
}
