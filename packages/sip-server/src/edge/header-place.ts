import { Headers } from '@ringback/sip';

/** A new line before the others of that name; the first of its name stands behind the Vias, which a proxy wants on top. */
export function prependRouting(headers: Headers, name: string, value: string): Headers {
  if (headers.has(name)) return headers.prepend(name, value);
  const { fields } = headers;
  const vias = fields.findLastIndex(({ key }) => key === 'via') + 1;
  return new Headers([...fields.slice(0, vias), ...Headers.of([name, value]).fields, ...fields.slice(vias)]);
}
