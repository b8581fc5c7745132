import { utf8Decode, utf8Encode } from '../runtime/index.ts';

/** An element with its namespace resolved. Comments and processing instructions are gone, CDATA is text. */
export interface XmlElement {
  /** Local name. */
  readonly name: string;
  /** Namespace URI, '' for none. */
  readonly ns: string;
  /** By name; one with a prefix by its namespace URI, a blank, and its local name. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** What stands directly in it, trimmed. */
  readonly text: string;
}

/** What a document may cost; beyond a limit it is refused. */
export interface XmlLimits {
  /** Octets of the document; default 64 KiB. */
  readonly size?: number;
  /** Elements within each other; default 32. */
  readonly depth?: number;
  /** Of one element, namespace declarations included; default 32. */
  readonly attributes?: number;
}

/**
 * The root element of a document from the wire; undefined when it is not well formed, not UTF-8, or beyond the limits. What makes XML dangerous
 * is not known here: a document type declaration is refused, and there are no entities but the five and numbers. Takes time in proportion to
 * the size, and never throws.
 */
export function readXml(body: Uint8Array, limits: XmlLimits = {}): XmlElement | undefined {
  const { size = 65_536, depth = 32, attributes = 32 } = limits;
  if (body.length > size) return undefined;
  const text = utf8Decode(body);
  const bom = body[0] === 0xef ? 3 : 0;
  // Octets that are no UTF-8 do not come back as they were.
  if (illegal.test(text) || !utf8Encode(text).every((octet, i) => octet === body[i + bom])) return undefined;
  const declared = /^<\?xml\s[^>]*?\sencoding\s*=\s*["']([^"']*)/.exec(text)?.[1] ?? 'utf-8';
  return /^(?:utf-?8|us-ascii)$/i.test(declared)
    ? readTree(text.replace(/\r\n?/g, '\n'), depth, attributes)
    : undefined;
}

interface Open {
  readonly tag: string;
  readonly name: string;
  readonly ns: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  readonly scope: Scope;
  text: string;
}

/** Namespaces by prefix; inherits from that of the element around. */
type Scope = { [prefix: string]: string };

function readTree(text: string, depth: number, most: number): XmlElement | undefined {
  const open: Open[] = [];
  let root: XmlElement | undefined;
  let at = 0;
  while (at < text.length) {
    const top = open.at(-1);
    const next = text.indexOf('<', at);
    const end = next < 0 ? text.length : next;
    const characters = decode(text.slice(at, end));
    if (characters === undefined || (!top && characters.trim() !== '')) return undefined;
    if (top) top.text += characters;
    if (next < 0) break;
    at = next;
    const special = specials.find(([begin]) => text.startsWith(begin, at));
    if (special) {
      const [begin, close] = special;
      const closed = text.indexOf(close, at + begin.length);
      if (closed < 0) return undefined;
      if (begin === '<![CDATA[') {
        if (!top) return undefined;
        top.text += text.slice(at + begin.length, closed);
      }
      at = closed + close.length;
      continue;
    }
    // `<!DOCTYPE` is no tag.
    tagPattern.lastIndex = at;
    const [whole = '', slash, tag = '', list = '', empty] = tagPattern.exec(text) ?? [];
    if (whole === '') return undefined;
    at += whole.length;
    if (slash) {
      if (!top || top.tag !== tag || list.trim() !== '' || empty) return undefined;
    } else {
      if ((!top && root) || open.length >= depth) return undefined;
      const element = begin(tag, list, top?.scope ?? outermost, most);
      if (!element) return undefined;
      open.push(element);
    }
    if (!slash && !empty) continue;
    const done = open.pop();
    if (!done) return undefined;
    const { name, ns, attributes, children } = done;
    const element = { name, ns, attributes, children, text: done.text.trim() };
    const parent = open.at(-1);
    if (parent) parent.children.push(element);
    else root = element;
  }
  return open.length === 0 ? root : undefined;
}

function begin(tag: string, list: string, outer: Scope, most: number): Open | undefined {
  const scope: Scope = list.includes('xmlns') ? Object.create(outer) : outer;
  const found: [string, string][] = [];
  for (const [, name = '', quoted = ''] of list.matchAll(attributePattern)) {
    const value = decode(quoted.slice(1, -1).replace(/[\t\n]/g, ' '));
    if (value === undefined || found.length >= most) return undefined;
    found.push([name, value]);
    if (name === 'xmlns') scope[''] = value;
    else if (name.startsWith('xmlns:')) scope[name.slice(6)] = value;
  }
  const attributes = new Map<string, string>();
  for (const [name, value] of found) {
    const [ns, local] = name.includes(':') ? resolve(name, scope) : ['', name];
    const key = ns === '' ? local : `${ns} ${local}`;
    if (ns === undefined || attributes.has(key)) return undefined;
    attributes.set(key, value);
  }
  const [ns, name] = resolve(tag, scope);
  return ns === undefined ? undefined : { tag, name, ns, attributes, children: [], scope, text: '' };
}

function resolve(name: string, scope: Scope): [ns: string | undefined, local: string] {
  const colon = name.indexOf(':');
  return [scope[name.slice(0, Math.max(colon, 0))], name.slice(colon + 1)];
}

const outermost: Scope = Object.assign(Object.create(null), {
  '': '',
  xml: 'http://www.w3.org/XML/1998/namespace',
  xmlns: 'http://www.w3.org/2000/xmlns/',
});

/** Undefined when there is a `&` that is no reference to one of the five or to a character. */
function decode(text: string): string | undefined {
  let good = true;
  const decoded = text.replace(
    /&(?:(lt|gt|amp|quot|apos)|#(\d{1,7})|#x([\da-f]{1,6}));|&/gi,
    (_, name, decimal, hex) => {
      if (name) return named[name as keyof typeof named] ?? fail();
      const code = decimal ? Number(decimal) : Number.parseInt(hex ?? 'ffffff', 16);
      const character = code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? '\0' : String.fromCodePoint(code);
      return illegal.test(character) ? fail() : character;
    },
  );
  function fail(): string {
    good = false;
    return '';
  }
  return good ? decoded : undefined;
}

const named = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const specials = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<?', '?>'],
] as const;
const name = '[A-Za-z_\\u0080-\\uffff][\\w.\\-\\u0080-\\uffff]*';
const qualified = `${name}(?::${name})?`;
const attribute = `\\s+(${qualified})\\s*=\\s*("[^"<]*"|'[^'<]*')`;
const attributePattern = new RegExp(attribute, 'g');
const tagPattern = new RegExp(`<(/?)(${qualified})((?:${attribute.replace(/\((?!\?)/g, '(?:')})*)\\s*(/?)>`, 'y');
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about.
const illegal = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;

// What readers of documents need.

/** The children of that name in the namespace of their parent. */
export function children(parent: XmlElement | undefined, name: string): readonly XmlElement[] {
  return parent?.children.filter((child) => child.name === name && child.ns === parent.ns) ?? [];
}

export function child(parent: XmlElement | undefined, name: string): XmlElement | undefined {
  return children(parent, name)[0];
}

/** A number that is not negative; undefined for anything else. */
export function count(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}

// Writing.

/** An element as text. Attributes without value are left out; `content` is written as it is, so made by `xml` and `xmlText`. */
export function xml(
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  ...content: readonly string[]
): string {
  const list = Object.entries(attributes).map(([key, value]) =>
    value === undefined ? '' : ` ${key}="${xmlText(String(value))}"`,
  );
  const inner = content.join('');
  return `<${name}${list.join('')}${inner === '' ? '/>' : `>${inner}</${name}>`}`;
}

/** An element that holds only text; nothing when there is none. */
export function xmlLeaf(
  name: string,
  text: string | number | undefined,
  attributes: Readonly<Record<string, string | number | undefined>> = {},
): string {
  return text === undefined ? '' : xml(name, attributes, xmlText(String(text)));
}

/** Escaped, and without the characters that XML does not have. */
export function xmlText(text: string): string {
  return text
    .replace(new RegExp(illegal, 'g'), '')
    .replace(/[<>&"'\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The document around a root element. */
export function xmlDocument(root: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}`;
}
