import { latin1Encode } from '@ringback/sip';

/** A message in pieces that need not fit together. One character an octet; `@N` stands for the name of the case. */
export interface Draft {
  readonly start: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

/** One thing done to a message. `null`: it cannot be done to this one. */
export interface Mutation {
  readonly name: string;
  readonly apply: (draft: Draft) => Draft | null;
  /** Takes away what every request must have: it may not succeed. */
  readonly breaks?: boolean;
}

/** Something done to the octets. */
export interface Cut {
  readonly name: string;
  readonly apply: (bytes: Uint8Array) => Uint8Array;
}

/** Fills in what only the run knows, say the answer to a challenge. */
export type Fill = (text: string, number: number) => string;

/** The octets of a draft. A `Content-Length` of `@L` becomes what is right. */
export function encode(draft: Draft, number: number, fill: Fill = (text) => text): Uint8Array {
  const head = [draft.start, ...draft.headers.map(([name, value]) => `${name}: ${value}`)].join('\r\n');
  const text = `${head}\r\n\r\n${draft.body}`;
  return latin1Encode(fill(text, number).replaceAll('@N', name(number)).replaceAll('@L', String(draft.body.length)));
}

/** A number with check digits: what a mutation makes of one is not another's. */
export function name(number: number): string {
  return `${number}-${(number * 7919) % 9973}`;
}

/** The value of the first header of that name. */
export function valueIn(draft: Draft, name: string): string | undefined {
  return draft.headers.find(([each]) => each.toLowerCase() === name.toLowerCase())?.[1];
}

/** Changes the first header of that name; `undefined` takes the line away. */
export function change(draft: Draft, name: string, to: (value: string) => string | undefined): Draft | null {
  const index = draft.headers.findIndex(([each]) => each.toLowerCase() === name.toLowerCase());
  const found = draft.headers[index];
  if (!found) return null;
  const value = to(found[1]);
  const headers = [...draft.headers];
  if (value === undefined) headers.splice(index, 1);
  else headers[index] = [found[0], value];
  return { ...draft, headers };
}

/** A message written as text, LF for CRLF. */
export function draft(text: string): Draft {
  const [head = '', ...rest] = text.trimStart().split('\n\n');
  const [start = '', ...lines] = head.split('\n');
  return {
    start,
    headers: lines.map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    }),
    body: rest.join('\n\n').replaceAll('\n', '\r\n'),
  };
}
