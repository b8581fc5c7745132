const times = (text: string, lengths: readonly number[]): readonly string[] =>
  lengths.map((length) => text.repeat(Math.ceil(length / text.length)));
const lengths = [9, 33, 65, 127, 128, 255, 256, 513, 1025, 4099, 16385, 65535];
const few = [33, 257, 4099, 65535];

export const empty = [''];

/** Long values, of letters and of what parsers stumble over. */
export const long: readonly string[] = [
  ...times('a', lengths),
  ...[' ', '<', ',', ';', ':', '@', '%', '"', '\\', '(', '\r\n ', '\0', '\xff', '\xc3\xa5', '\xe5\xe4\xf6'].flatMap(
    (each) => times(each, few),
  ),
];

/** As `long`, for fields that are many. */
export const longish: readonly string[] = [
  ...times('a', [128, 1025, 65535]),
  ...['"', '<', ',', '\r\n ', '\xff'].flatMap((each) => times(each, [257, 16385])),
];

export const formats: readonly string[] = [
  ...['%s', '%n', '%x', '%d', '%p'].flatMap((each) => [each, each.repeat(16), each.repeat(128)]),
  '%00',
  '%0d%0a',
  '%ff',
  '%c0%af',
  '%25',
  '%2',
  '%',
  '%G1',
];

export const integers: readonly string[] = [
  ...[-1, 0, 1, 127, 128, 129, 255, 256, 257, 32767, 32768, 32769, 65534, 65535, 65536].map(String),
  ...[
    '2147483647',
    '2147483648',
    '4294967295',
    '4294967296',
    '9007199254740991',
    '9007199254740992',
    '9007199254740993',
  ],
  ...[
    '9223372036854775808',
    '18446744073709551616',
    `1${'0'.repeat(30)}`,
    '+1',
    '01',
    '0x10',
    '1e3',
    '1.5',
    ' 1',
    '1 ',
    '1a',
    '',
  ],
  ...['\xd9\xa1', 'NaN', 'Infinity', `${'0'.repeat(500)}1`],
];

export const hosts: readonly string[] = [
  ...[
    '',
    '.',
    '..',
    '-',
    'a..b',
    'a'.repeat(64),
    'abcdefg.'.repeat(32),
    'example.com.',
    '1.2.3',
    '1.2.3.256',
    '01.2.3.4',
  ],
  ...['0x7f.1', '2130706433', '127.1', '[::]', '[::1', '::1]', '[::g]', '[1:2:3:4:5:6:7:8:9]', '[::ffff:1.2.3.4]'],
  ...[
    '[fe80::1%25eth0]',
    'h:0',
    'h:65536',
    'h:',
    'h:-1',
    'h:5060:5060',
    'xn--',
    'b\xc3\xbccher.example',
    'x.invalid',
    'localhost',
  ],
];

export const uris: readonly string[] = [
  ...[
    '',
    'sip:',
    'sip:@h',
    'sip:u@',
    'sip:u:p:q@h',
    'sip:u@h@i',
    'sip:%00@h',
    'sips:',
    'SIP:',
    'tel:+1',
    'tel:;ext',
    'urn:service:sos',
  ],
  ...['http://x', 'javascript:x', 'data:', 'sip:u@h;lr=;lr;lr', 'sip:u@h;=', 'sip:u@h;;', 'sip:u@h?h=v&', 'sip:u@h?&&'],
  ...[
    'sip:u@h?Via=x&Route=%3csip:h%3e',
    'sip:u@h;method=BYE',
    'sip:u@h;maddr=255.255.255.255',
    'sip:u@h;ttl=256',
    'sip:u@h;transport=\0',
  ],
  ...[
    `sip:u@h${';a=b'.repeat(200)}`,
    `sip:${'u'.repeat(2000)}@h`,
    '<sip:u@h',
    'sip:u@h>',
    '<<sip:u@h>>',
    '"a <sip:u@h>',
    '"a,b;c<d" <sip:u@h>',
  ],
];

export const tokens: readonly string[] = [
  ...['(', ')', '<', '>', '@', ',', ';', ':', '\\', '"', '/', '[', ']', '?', '=', '{', '}'].map(
    (separator) => `a${separator}b`,
  ),
  ...[
    'a\tb',
    'a\x7fb',
    'a\xe5b',
    'iNvItE',
    ' a',
    'a ',
    '\ta',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
  ],
];

/** What may stand where a line ends. */
export const lineEnds = ['\n', '\r', '\r\r\n', '\n\r', '\r\n\0', '\v', '\f', '\xe2\x80\xa8'];

export const versions: readonly string[] = [
  ...['', 'SIP/', 'SIP/2', 'SIP/2.00', 'SIP/3.0', 'sip/2.0', 'HTTP/1.1', 'SIP/2.0x', 'SIP/-1.0', 'SIP/2.65536'],
  `SIP/${'2'.repeat(4099)}.0`,
];

export const statuses: readonly string[] = [
  '',
  '0',
  '099',
  '99',
  '100',
  '199',
  '200',
  '299',
  '499',
  '699',
  '700',
  '1000',
  '4294967301',
  '-200',
  '2e2',
  '20',
  '2000',
];

export const authentication: readonly string[] = [
  'Digest realm="a',
  'Digest realm="a", realm="b", nonce="c", nonce="d"',
  'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==',
  'Unknown x="y"',
  'Digest',
  'Digest ,,,',
  'Digest realm="a\\"b\\\\", nonce="\\"", algorithm=MD5, algorithm=SHA-256',
  'Digest realm="a", nonce="b", algorithm="MD5,SHA-256", qop="auth,auth,,auth-int,x"',
  'Digest username="u", realm="example.com", nonce="n", uri="sip:x", response="", nc=zzzzzzzz, qop=auth',
  `Digest ${Array.from({ length: 500 }, (_, n) => `a${n}="b"`).join(', ')}`,
];

export const xml: readonly string[] = [
  '<a>',
  '<a><b></a></b>',
  '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
  '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
  '<?xml version="1.0" encoding="UTF-16"?><a/>',
  `<!DOCTYPE l [<!ENTITY a "${'l'.repeat(100)}">${Array.from({ length: 9 }, (_, n) => `<!ENTITY b${n} "${n === 0 ? '&a;' : `&b${n - 1};`.repeat(10)}">`).join('')}]><l>&b8;</l>`,
  `${'<a>'.repeat(10_000)}${'</a>'.repeat(10_000)}`,
  `<a ${Array.from({ length: 5000 }, (_, n) => `b${n}="c"`).join(' ')}/>`,
  '<a>&#0;&#x110000;&#xD800;&amp</a>',
  '<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="-1" state="partial" entity="">',
];
