import { bases } from './bases.ts';
import { type Cut, change, type Draft, type Mutation, valueIn } from './draft.ts';
import * as values from './values.ts';

/** Where a value goes inside a field: the first match of `at` becomes it; without `at` the whole field does. */
interface Element {
  readonly field: string;
  readonly at?: RegExp;
  /** Put before the value, say a parameter's name. */
  readonly prefix?: string;
  readonly values: readonly (readonly string[])[];
}

const uri = (field: string): readonly Element[] => [
  { field, values: [values.uris, values.longish, values.tokens] },
  { field, at: /(?<=sip:)[^@>]+(?=@)/, values: [values.longish, values.formats, values.tokens] },
  { field, at: /(?<=@)[^:;>?]+/, values: [values.hosts] },
  { field, at: /(?<=[@:][^:;>?]*)(?=[;>?]|$)/, prefix: ':', values: [values.integers] },
  { field, at: /(?=>)/, prefix: ';x=', values: [values.longish, values.formats] },
  { field, at: /(?=>)/, prefix: '?x=', values: [values.formats] },
  { field, at: /$/, prefix: ';x=', values: [values.tokens, values.longish] },
];
const number = (field: string): Element => ({ field, at: /\d+/, values: [values.integers, values.longish] });
const text = (field: string): Element => ({ field, values: [values.empty, values.long, values.formats] });
const list = (field: string): readonly Element[] => [
  { field, values: [values.empty, values.tokens, values.longish, [',', ',,a', 'a,', Array(1000).fill('a').join(',')]] },
];

const elements: readonly Element[] = [
  {
    field: 'start',
    at: /^\S+/,
    values: [values.empty, values.long, values.tokens, ['invite', 'Invite', 'ACK', 'CANCEL', 'PRACK', 'FOO']],
  },
  { field: 'start', at: /(?<= )\S+(?= )/, values: [values.uris, values.longish] },
  { field: 'start', at: /(?<=sip:)[^@ ]+(?=@)/, values: [values.longish, values.formats] },
  { field: 'start', at: /(?<=@)[^:; ]+/, values: [values.hosts] },
  { field: 'start', at: /(?= SIP)/, prefix: ':', values: [values.integers] },
  { field: 'start', at: /(?= SIP)/, prefix: ';x=', values: [values.tokens, values.formats] },
  { field: 'start', at: /SIP\/2\.0/, values: [values.versions] },
  { field: 'start', at: /(?<=^SIP\/2\.0 )\d+/, values: [values.statuses, values.integers] },
  { field: 'start', at: /(?<=^SIP\/2\.0 \d+ ).*/, values: [values.empty, values.long, values.formats] },
  { field: 'Via', values: [values.empty, values.longish, values.tokens] },
  { field: 'Via', at: /^SIP/, values: [values.tokens, values.longish] },
  { field: 'Via', at: /2\.0/, values: [values.integers] },
  { field: 'Via', at: /UDP/, values: [values.tokens, ['TCP', 'WS', 'TLS-SCTP', 'udp']] },
  { field: 'Via', at: /(?<=UDP )[^:;]+/, values: [values.hosts, values.longish] },
  { field: 'Via', at: /5060/, values: [values.integers] },
  {
    field: 'Via',
    at: /z9hG4bK@N/,
    values: [values.empty, values.long, values.tokens, ['z9hG4bK', 'z9hG4bK;branch=z9hG4bK']],
  },
  { field: 'Via', at: /rport/, prefix: 'rport=', values: [values.integers] },
  { field: 'Via', at: /$/, prefix: ';received=', values: [values.hosts] },
  { field: 'Via', at: /$/, prefix: ';ttl=', values: [values.integers] },
  { field: 'Via', at: /$/, prefix: ';maddr=', values: [values.hosts] },
  {
    field: 'Via',
    at: /$/,
    prefix: ', ',
    values: [
      Array.from({ length: 5 }, (_, n) =>
        Array(10 ** n)
          .fill('SIP/2.0/UDP h;branch=z9hG4bKx')
          .join(','),
      ),
    ],
  },
  ...uri('From'),
  ...uri('To'),
  { field: 'From', at: /m@N/, values: [values.empty, values.longish, values.tokens, ['a;tag=b']] },
  { field: 'Call-ID', values: [values.empty, values.long, values.tokens, ['@', 'a@b@c']] },
  { field: 'CSeq', at: /^\d+/, values: [values.integers, values.longish] },
  { field: 'CSeq', at: /[A-Z]+$/, values: [values.empty, values.longish, values.tokens, ['OPTIONS', 'INVITE', 'ACK']] },
  ...[
    'Max-Forwards',
    'Expires',
    'Min-SE',
    'Session-Expires',
    'RSeq',
    'Retry-After',
    'Min-Expires',
    'Timestamp',
    'RAck',
    'Content-Length',
  ].map(number),
  { field: 'Content-Length', values: [values.integers, values.longish] },
  { field: 'Contact', at: /(?<=q=)[\d.]+/, values: [values.integers] },
  { field: 'Contact', at: /(?<=expires=)\d+/, values: [values.integers] },
  { field: 'Contact', at: /(?<=reg-id=)\d+/, values: [values.integers] },
  { field: 'Contact', at: /urn:uuid:[\w-]+/, values: [values.longish, values.tokens] },
  { field: 'Contact', values: [['*', '*, <sip:a@b>', '*;q=0']] },
  ...[
    'Contact',
    'Route',
    'Record-Route',
    'Path',
    'Service-Route',
    'Refer-To',
    'Referred-By',
    'Diversion',
    'P-Asserted-Identity',
    'History-Info',
  ].flatMap(uri),
  {
    field: 'Replaces',
    values: [
      values.tokens,
      values.longish,
      ['a', 'a;to-tag=b', 'a;to-tag=b;from-tag=c;early-only;early-only', 'a;to-tag=b;to-tag=c;from-tag=d'],
    ],
  },
  {
    field: 'Content-Type',
    values: [
      values.empty,
      values.tokens,
      values.longish,
      [
        'multipart/mixed',
        'multipart/mixed;boundary=x',
        `multipart/mixed;boundary=${'b'.repeat(300)}`,
        'multipart/mixed;boundary=""',
        'application/sdp;charset="\\""',
      ],
    ],
  },
  ...['Accept', 'Content-Disposition', 'Content-Encoding'].map(
    (field): Element => ({ field, values: [values.empty, values.tokens, values.longish] }),
  ),
  ...['Supported', 'Require', 'Allow', 'Allow-Events', 'Unsupported'].flatMap(list),
  ...['Event', 'Subscription-State'].map(
    (field): Element => ({
      field,
      values: [
        values.empty,
        values.tokens,
        values.longish,
        ['dialog;id=', ';', 'a;b="c', 'active;expires=-1', 'terminated;reason='],
      ],
    }),
  ),
  ...['WWW-Authenticate', 'Proxy-Authenticate', 'Authorization', 'Authentication-Info'].flatMap(
    (field): readonly Element[] => [
      { field, values: [values.empty, values.tokens, values.longish, values.authentication] },
      { field, at: /(?<=nc=)\w+/, values: [values.integers] },
      { field, at: /(?<=realm=")[^"]*/, values: [values.longish, values.formats] },
      {
        field,
        at: /(?<=algorithm=)[\w-]+/,
        values: [values.tokens, ['MD5-sess', 'SHA-512-256', 'md5', 'SHA-1', '"MD5"']],
      },
    ],
  ),
  ...['Date', 'Warning', 'Reason', 'Privacy', 'Identity', 'Call-Info', 'Alert-Info', 'User-Agent', 'Subject'].map(text),
];

const headerNames = [...new Set(Object.values(bases).flatMap(({ headers }) => headers.map(([name]) => name)))];
const mandatory = ['Via', 'From', 'To', 'Call-ID', 'CSeq'];
const compact: Readonly<Record<string, string>> = {
  Via: 'v',
  From: 'f',
  To: 't',
  'Call-ID': 'i',
  Contact: 'm',
  Supported: 'k',
  'Content-Type': 'c',
  'Content-Length': 'l',
  Subject: 's',
  Event: 'o',
  'Refer-To': 'r',
};

/** Everything that can be done to a field of a message. */
export const mutations: readonly Mutation[] = [
  ...elements.flatMap((element) => element.values.flat().map((value, index) => put(element, value, index))),
  ...headerNames.flatMap(wholeLines),
  ...lines(),
  ...bodies(),
  ...crowds(),
];

function put({ field, at, prefix = '' }: Element, value: string, index: number): Mutation {
  const into = (old: string) => (at ? old.replace(at, () => prefix + value) : prefix + value);
  const where = at ? `${field} ${at.source}` : field;
  return {
    name: `${where} ${prefix}#${index}`,
    apply: (draft) => {
      if (field !== 'start') return at && !at.test(valueIn(draft, field) ?? '') ? null : change(draft, field, into);
      return at && !at.test(draft.start) ? null : { ...draft, start: into(draft.start) };
    },
  };
}

/** The line gone, doubled, moved; two values in it; long and short name at once. */
function wholeLines(name: string): readonly Mutation[] {
  const line = (what: string, apply: Mutation['apply'], breaks = false): Mutation => ({
    name: `${name} ${what}`,
    apply,
    breaks,
  });
  const add = (draft: Draft, as: string, value: string): Draft => ({
    ...draft,
    headers: [...draft.headers, [as, value]],
  });
  const has = (apply: (draft: Draft, value: string) => Draft | null) => (draft: Draft) => {
    const value = valueIn(draft, name);
    return value === undefined ? null : apply(draft, value);
  };
  return [
    line('missing', (draft) => change(draft, name, () => undefined), mandatory.includes(name)),
    line(
      'twice',
      has((draft, value) => add(draft, name, value)),
    ),
    line(
      'twice, other value',
      has((draft, value) => add(draft, name, `${value}x`)),
    ),
    line(
      'last',
      has((draft, value) => {
        const without = change(draft, name, () => undefined);
        return without && add(without, name, value);
      }),
    ),
    line(
      'first',
      has((draft, value) => {
        const without = change(draft, name, () => undefined);
        return without && { ...without, headers: [[name, value], ...without.headers] };
      }),
    ),
    line(
      'two values',
      has((draft, value) => change(draft, name, () => `${value}, ${value}`)),
    ),
    line(
      'comma at the end',
      has((draft, value) => change(draft, name, () => `${value},`)),
    ),
    line(
      'commas',
      has((draft, value) => change(draft, name, () => `,, ${value}`)),
    ),
    line(
      'both names',
      has((draft, value) => {
        const short = compact[name];
        return short === undefined ? null : add(draft, short, value);
      }),
    ),
  ];
}

/** Ends of lines, colons and folds. */
function lines(): readonly Mutation[] {
  const inside = (name: string, to: (value: string) => string): readonly Mutation[] =>
    ['Via', 'From', 'Call-ID', 'Subject', 'Contact', 'CSeq'].map((field) => ({
      name: `${field} ${name}`,
      apply: (draft) => change(draft, field, to),
    }));
  const named = (name: string, to: string): readonly Mutation[] =>
    ['Via', 'From', 'Call-ID', 'Contact', 'CSeq'].map((field) => ({
      name: `${field} ${name}`,
      apply: ({ start, headers, body }) => ({
        start,
        body,
        headers: headers.map(([each, value]): [string, string] => [each === field ? `${each}${to}` : each, value]),
      }),
    }));
  return [
    ...values.lineEnds.flatMap((end, index) => inside(`ends in line end #${index}`, (value) => `${value}${end}X: y`)),
    ...values.lineEnds.flatMap((end, index) =>
      inside(`holds line end #${index}`, (value) => `${value.slice(0, 5)}${end}${value.slice(5)}`),
    ),
    ...inside('folded', (value) => value.replaceAll(/[;, ]/g, '\r\n $&')),
    ...inside('folded over an empty line', (value) => value.replace(/[;, ]/, '\r\n \r\n $&')),
    ...inside('folded a thousand times', (value) => `${value}${'\r\n '.repeat(1000)}`),
    ...named('without colon', '\0'),
    ...named('space before colon', ' '),
    ...named('tab before colon', '\t'),
    ...named('a long name', 'x'.repeat(4096)),
    { name: 'a header that is a colon', apply: (draft) => ({ ...draft, headers: [...draft.headers, ['', '']] }) },
  ];
}

function bodies(): readonly Mutation[] {
  const body = (name: string, to: (body: string) => string | null): Mutation => ({
    name: `body ${name}`,
    apply: (draft) => {
      const made = to(draft.body);
      return made === null ? null : { ...draft, body: made };
    },
  });
  const kinds = ['v', 'o', 's', 'i', 'u', 'e', 'p', 'c', 'b', 't', 'r', 'z', 'k', 'a', 'm'];
  const sdp = (name: string, at: RegExp, to: (line: string) => string): Mutation =>
    body(name, (text) => (text.startsWith('v=0') && at.test(text) ? text.replace(at, to) : null));
  const nested = (depth: number): string =>
    depth === 0
      ? 'x'
      : `--b${depth}\r\nContent-Type: multipart/mixed;boundary=b${depth - 1}\r\n\r\n${nested(depth - 1)}\r\n--b${depth}--\r\n`;
  const multipart = (name: string, text: string): Mutation => ({
    name: `multipart ${name}`,
    apply: (draft) => {
      const typed = change(draft, 'Content-Type', () => 'multipart/mixed;boundary=b1000');
      return typed && { ...typed, body: text };
    },
  });
  return [
    ...kinds.flatMap((kind) => {
      const line = new RegExp(`^${kind}=.*\\r\\n`, 'm');
      return [
        sdp(`${kind} missing`, line, () => ''),
        sdp(`${kind} twice`, line, (each) => each + each),
        sdp(`${kind} empty`, line, () => `${kind}=\r\n`),
        ...values.longish.map((value, index) => sdp(`${kind} long #${index}`, line, () => `${kind}=${value}\r\n`)),
        ...values.lineEnds.map((end, index) =>
          sdp(`${kind} line end #${index}`, line, (each) => `${each.trimEnd()}${end}`),
        ),
        ...values.integers.map((value, index) =>
          sdp(`${kind} number #${index}`, new RegExp(`(?<=^${kind}=[^\\r\\n\\d]*)\\d+`, 'm'), () => value),
        ),
      ];
    }),
    ...values.hosts.map((host, index) => sdp(`c host #${index}`, /(?<=^c=IN IP4 ).*/m, () => host)),
    ...values.integers.map((value, index) => sdp(`rtpmap rate #${index}`, /(?<=PCMU\/)\d+/, () => value)),
    ...values.integers.map((value, index) => sdp(`m port #${index}`, /49170/, () => value)),
    sdp('a thousand m-lines', /^m=.*\r\n/m, (line) => line.repeat(1000)),
    sdp('five hundred payload types', /(?<=AVP ).*/, () => Array.from({ length: 500 }, (_, n) => n).join(' ')),
    sdp('fmtp of 10 KB', /(?<=fmtp:101 ).*/, () => 'a'.repeat(10_240)),
    ...values.xml.map((value, index) => body(`xml #${index}`, (text) => (text.startsWith('<?xml') ? value : null))),
    multipart('never closed', '--b1000\r\n\r\nx'),
    multipart('without a part', 'x'),
    multipart('nested a thousand deep', nested(1000)),
    body('gone', (text) => (text === '' ? null : '')),
    body('of 60 KB', () => 'a'.repeat(60_000)),
    body('of rubbish', () => '\0\xff\r\n\r\n'.repeat(100)),
  ];
}

function crowds(): readonly Mutation[] {
  const more = (name: string, headers: () => readonly (readonly [string, string])[]): Mutation => ({
    name,
    apply: (draft) => ({ ...draft, headers: [...draft.headers, ...headers()] }),
  });
  const many = (count: number, name: string, value: string) =>
    Array.from({ length: count }, (): [string, string] => [name, value]);
  return [
    more('a thousand unknown headers', () => Array.from({ length: 1000 }, (_, n): [string, string] => [`X-${n}`, 'y'])),
    more('one header of 60 KB', () => many(1, 'X-Long', 'y'.repeat(60_000))),
    more('fifty Vias', () => many(50, 'Via', 'SIP/2.0/UDP h;branch=z9hG4bKx')),
    more('five thousand Vias', () => many(5000, 'Via', 'x')),
    more('a hundred challenges', () => many(100, 'WWW-Authenticate', 'Digest realm="a", nonce="b"')),
    more('a thousand Routes', () => many(1000, 'Route', '<sip:192.0.2.1;lr>')),
    more('a thousand option tags', () => many(1, 'Require', Array.from({ length: 1000 }, (_, n) => `t${n}`).join(','))),
    ...Object.keys(bases).flatMap((i) =>
      Object.entries(bases).map(
        ([j, other]): Mutation => ({
          name: `body of ${j} in ${i}`,
          apply: (draft) => (draft === bases[i] && i !== j ? { ...draft, body: other.body } : null),
        }),
      ),
    ),
  ];
}

const inserted = [0x00, 0x0d, 0x0a, 0x20, 0x09, 0x22, 0x3c, 0x3e, 0x3b, 0x2c, 0x3a, 0x40, 0x25, 0x5c, 0xff];

/** Everything that can be done to the first octets of a message of that length. */
export function cuts(length: number): readonly Cut[] {
  const upTo = (count: number) => Array.from({ length: Math.min(count, length) }, (_, n) => n);
  return [
    ...upTo(length).map((at): Cut => ({ name: `cut at ${at}`, apply: (bytes) => bytes.slice(0, at) })),
    ...upTo(435).map((at): Cut => ({ name: `without octet ${at}`, apply: (bytes) => splice(bytes, at, 1, []) })),
    ...upTo(200).flatMap((at) =>
      [0, 1, 2, 3, 4, 5, 6, 7].map(
        (bit): Cut => ({
          name: `bit ${bit} of octet ${at}`,
          apply: (bytes) => splice(bytes, at, 1, [(bytes[at] ?? 0) ^ (1 << bit)]),
        }),
      ),
    ),
    ...upTo(300).flatMap((at) =>
      inserted.map(
        (octet): Cut => ({ name: `octet ${octet} at ${at}`, apply: (bytes) => splice(bytes, at, 0, [octet]) }),
      ),
    ),
  ];
}

function splice(bytes: Uint8Array, at: number, count: number, put: readonly number[]): Uint8Array {
  const made = new Uint8Array(bytes.length - count + put.length);
  made.set(bytes.subarray(0, at));
  made.set(put, at);
  made.set(bytes.subarray(at + count), at + put.length);
  return made;
}
