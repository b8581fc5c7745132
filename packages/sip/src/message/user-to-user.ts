import type { Headers } from './headers.ts';
import { parseParams } from './params.ts';
import { splitCommas } from './split.ts';
import { quote, unquote } from './text.ts';

/** Data that one application hands the other with the call (RFC 7433 §4). */
export interface UserToUser {
  /** As encoded: hexadecimal digits where `encoding` is 'hex', which is the default. */
  readonly data: string;
  readonly encoding: string;
  readonly content?: string;
  readonly purpose?: string;
}

/** Every `User-to-User` value that keeps the grammar. */
export function readUserToUser(headers: Headers): readonly UserToUser[] {
  return headers.all('user-to-user').flatMap((line) => splitCommas(line).flatMap((value) => parse(value) ?? []));
}

/** The header's value. */
export function printUserToUser({ data, ...params }: UserToUser): string {
  const text = Object.entries(params).map(([name, value]) => `;${name}=${value}`);
  return (/^[\w.!%*+`'~-]+$/.test(data) ? data : quote(data)) + text.join('');
}

const VALUE = /^("(?:[^"\\]|\\.)*"|[\w.!%*+`'~-]+)\s*/;

function parse(text: string): UserToUser | undefined {
  const data = VALUE.exec(text);
  if (data?.[1] === undefined) return undefined;
  const params = parseParams(text, data[0].length);
  if (!params.ok) return undefined;
  const [content, purpose] = [params.value.get('content'), params.value.get('purpose')];
  return {
    data: unquote(data[1]),
    encoding: params.value.get('encoding') ?? 'hex',
    ...(content === undefined ? {} : { content }),
    ...(purpose === undefined ? {} : { purpose }),
  };
}
