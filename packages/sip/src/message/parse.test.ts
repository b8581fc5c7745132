import { describe, expect, it } from 'vitest';
import { latin1Decode, utf8Encode } from '../runtime/bytes.ts';
import { createResponse } from './create.ts';
import type { SipRequest, SipResponse } from './message.ts';
import { type ParseFailure, parseMessage } from './parse.ts';
import { printMessage } from './print.ts';
import { treatAs } from './reason-phrase.ts';
import { validate } from './validate.ts';

const INVITE = [
  'INVITE sip:bob@biloxi.example.com SIP/2.0',
  'Via: SIP/2.0/UDP pc33.atlanta.example.com;branch=z9hG4bK776asdhds',
  'Max-Forwards: 70',
  'To: Bob <sip:bob@biloxi.example.com>',
  'From: Alice <sip:alice@atlanta.example.com>;tag=1928301774',
  'Call-ID: a84b4c76e66710@pc33.atlanta.example.com',
  'CSeq: 314159 INVITE',
];
const RINGING = ['SIP/2.0 180 Ringing', ...INVITE.slice(1)];

function octets(lines: readonly string[], body = ''): Uint8Array {
  return utf8Encode(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

/** The lines with the one that begins so replaced, or taken away. */
function replaced(lines: readonly string[], start: string, ...by: readonly string[]): readonly string[] {
  return lines.flatMap((line) => (line.startsWith(start) ? by : line));
}

function parsed(lines: readonly string[], body = ''): SipRequest | SipResponse {
  const result = parseMessage(octets(lines, body));
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.detail}`);
  return result.value;
}

function refused(lines: readonly string[], body = '', limits = {}): ParseFailure {
  const result = parseMessage(octets(lines, body), limits);
  if (result.ok) throw new Error('was accepted');
  return result.error;
}

describe('header lines', () => {
  it('reads compact and long names in any case as the same header, also k and u (§7.3.3, trap 4.1 #1, TPT-014)', () => {
    const message = parsed([
      'INVITE sip:bob@biloxi.example.com SIP/2.0',
      'v: SIP/2.0/UDP pc33.atlanta.example.com;branch=z9hG4bK776asdhds',
      't: Bob <sip:bob@biloxi.example.com>',
      'F: Alice <sip:alice@atlanta.example.com>;tag=1928301774',
      'I: a84b4c76e66710',
      'cSEQ: 1 INVITE',
      'm: <sip:alice@pc33.atlanta.example.com>',
      'k: 100rel, Timer',
      'u: presence',
      'o: presence;id=2',
      'c: application/sdp',
      'x: 1800;refresher=uac',
      'r: <sip:carol@example.com>',
      'b: <sip:dave@example.com>',
      'e: gzip',
      's: hello',
      'a: *;audio',
      'd: proxy',
      'j: *;video',
      'y: "x"',
      'X-Of-Nobody: 1',
      'l: 0',
    ]);
    expect(message.headers.get('x-OF-nobody')).toBe('1');
    expect(message.via.branch).toBe('z9hG4bK776asdhds');
    expect(message.callId).toBe('a84b4c76e66710');
    expect(message.cseq).toEqual({ number: 1, method: 'INVITE' });
    expect(message.contacts).toHaveLength(1);
    expect(message.supported).toEqual(['100rel', 'timer']);
    expect(message.allowEvents).toEqual(['presence']);
    expect(message.event?.id).toBe('2');
    expect(message.contentType?.essence).toBe('application/sdp');
    expect(message.sessionExpires?.seconds).toBe(1800);
    expect(message.referTo?.uriText).toBe('sip:carol@example.com');
    expect(message.referredBy?.uriText).toBe('sip:dave@example.com');
    expect(message.contentEncodings).toEqual(['gzip']);
    for (const name of [
      'Subject',
      'Accept-Contact',
      'Request-Disposition',
      'Reject-Contact',
      'Identity',
      'content-length',
    ])
      expect(message.headers.has(name), name).toBe(true);
    expect(new TextDecoder().decode(printMessage(message))).toContain('\r\nk: 100rel, Timer\r\nu: presence\r\n');
  });

  it('takes the first of two Vias on one line as the top one (§7.3.1, trap 4.1 #2, TPT-014)', () => {
    const message = parsed(
      replaced(
        INVITE,
        'Via',
        'Via: SIP/2.0/UDP one;branch=z9hG4bK1, SIP/2.0/TCP two;branch=z9hG4bK2',
        'v: SIP/2.0/TLS three',
      ),
    );
    expect(message.via.branch).toBe('z9hG4bK1');
    expect(message.headers.first('via')).toBe('SIP/2.0/UDP one;branch=z9hG4bK1');
    expect(message.vias.map((via) => via.host)).toEqual(['one', 'two', 'three']);
  });

  it('keeps every line of the authentication headers and never splits one (§7.3.1, trap 4.1 #3, TPT-014)', () => {
    const message = parsed([
      ...RINGING,
      'WWW-Authenticate: Digest realm="a", nonce="1", algorithm=SHA-256, qop="auth,auth-int"',
      'WWW-Authenticate: Digest realm="a", nonce="2", algorithm=MD5',
      'Proxy-Authenticate: Digest realm="b, c", nonce="3"',
    ]);
    expect(message.authenticate.map((challenge) => challenge.get('nonce'))).toEqual(['1', '2']);
    expect(message.authenticate[0]?.get('QOP')).toBe('auth,auth-int');
    expect(message.proxyAuthenticate.map((challenge) => challenge.get('realm'))).toEqual(['b, c']);
    expect(message.headers.list('www-authenticate')).toHaveLength(2);
    const request = parsed([
      ...INVITE,
      'Authorization: Digest username="bob", realm="a", nonce="1", uri="sip:x", response="00"',
      'Authorization: Basic dXNlcg==',
      'Proxy-Authorization: Digest username="bob", realm="b", nonce="2", uri="sip:x", response="00"',
    ]);
    expect(request.authorization.map((each) => each.scheme)).toEqual(['Digest', 'Basic']);
    expect(request.proxyAuthorization).toHaveLength(1);
  });

  it('does not split at commas in quotes and angle brackets (§7.3.1, trap 4.1 #4)', () => {
    const message = parsed([
      ...INVITE,
      'Contact: "Doe, J" <sip:a,b@x>;q=1, <sip:c@x>',
      'Contact: "\\"," <sip:d@x>',
      'Record-Route: <sip:p1,x@y;lr>,<sip:p2;lr>',
    ]);
    expect(message.contacts.map((contact) => contact.uriText)).toEqual(['sip:a,b@x', 'sip:c@x', 'sip:d@x']);
    expect(message.contacts[0]?.displayName).toBe('Doe, J');
    const contacts = ['"Doe, J" <sip:a,b@x>;q=1', '<sip:c@x>', '"\\"," <sip:d@x>'];
    expect(message.headers.list('contact')).toEqual(contacts);
    expect(message.recordRoutes).toHaveLength(2);
  });

  it('reads a fold as one space, in Subject, Via and a quoted string (§7.3.1, trap 4.1 #6, TPT-014)', () => {
    const lines = [
      ...replaced(INVITE, 'Via', 'Via: SIP/2.0/UDP', '\tpc33.atlanta.example.com', ' ;branch=z9hG4bK1'),
      'Subject: I know',
      ' \t you are there,',
      '\tpick up',
    ];
    const message = parsed(
      replaced(lines, 'From', 'From: "Alice', '  Cooper" <sip:alice@atlanta.example.com>', '  ;tag=1'),
    );
    expect(message.via.branch).toBe('z9hG4bK1');
    expect(message.headers.get('subject')).toBe('I know you are there, pick up');
    expect(message.from.displayName).toBe('Alice Cooper');
    expect(message.fromTag).toBe('1');
  });

  it('prints what it received byte for byte: folds, case, order, spacing, unknown headers (trap 4.1 #13, TPT-015, TPT-017)', () => {
    const lines = [
      'INVITE sip:Bob%41@Biloxi.Example.COM;GR=kjh29x97us97d;ob SIP/2.0',
      'X-First:1',
      ...INVITE.slice(1),
      'cONTACT :  <sip:ALICE@pc33;Ob;+X="Y">;+sip.instance="<urn:uuid:AB>" ',
      'x-unknown:   a,',
      '   b',
      'Content-Length: 0',
    ];
    const bytes = octets(lines);
    expect(printMessage(parsed(lines))).toEqual(bytes);
  });

  it('takes a lone LF for a line end and prints CRLF, so that no next hop can read it otherwise', () => {
    const result = parseMessage(utf8Encode(`${INVITE.join('\n')}\nSubject: a\n b\n\n`));
    expect(result.ok && result.value.headers.get('subject')).toBe('a b');
    expect(result.ok && new TextDecoder().decode(printMessage(result.value))).not.toMatch(/[^\r]\n/);
  });

  it('takes a lone LF behind a fold for a line end too, so that what it prints reads the same', () => {
    const bytes = utf8Encode(`${[...INVITE, 'Subject: a', ' b'].join('\r\n')}\nX: y\n c\n\r\n`);
    const first = parseMessage(bytes);
    if (!first.ok) throw new Error(first.error.detail);
    expect([first.value.headers.get('subject'), first.value.headers.get('x')]).toEqual(['a b', 'y c']);
    const again = parseMessage(printMessage(first.value));
    expect(again.ok && printMessage(again.value)).toEqual(printMessage(first.value));
  });

  it('refuses a lone CR, which some would read as a line end', () => {
    expect(refused([...INVITE, 'Subject: a\rVia: x']).code).toBe('bare-cr');
  });

  it('echoes no lone CR in the 400 it makes of such a request', () => {
    const failure = refused(INVITE.map((line) => (line.startsWith('Via') ? `${line};x=a\rb` : line)));
    if (failure.message?.kind !== 'request') throw new Error('nothing to answer');
    const answer = createResponse(failure.message, failure.status ?? 0, { toTag: '1' });
    expect(new TextDecoder().decode(printMessage(answer))).not.toMatch(/\r(?!\n)/);
  });

  it.each([
    ['a line without colon', 'nonsense'],
    ['a name that is no token', 'a b: c'],
    ['no name', ': x'],
  ])('refuses %s with 400', (_what, line) => {
    expect(refused([...INVITE, line])).toMatchObject({ code: 'header-line', status: 400 });
  });

  it('skips empty lines before the start line (§7.5, TPT-009)', () => {
    const result = parseMessage(utf8Encode(`\r\n\r\n${INVITE.join('\r\n')}\r\n\r\n`));
    expect(result.ok).toBe(true);
  });
});

describe('the start line', () => {
  it('compares the version without regard to case and the method with, unknown methods parse (§7.1, trap 4.1 #10)', () => {
    const message = parsed(replaced(replaced(INVITE, 'INVITE', 'iNVITE sip:bob@x sip/2.0'), 'CSeq', 'CSeq: 1 iNVITE'));
    expect(message.kind === 'request' && message.method).toBe('iNVITE');
    const unknown = parsed(
      replaced(replaced(INVITE, 'INVITE', 'NEWMETHOD sip:bob@x SIP/2.0'), 'CSeq', 'CSeq: 1 NEWMETHOD'),
    );
    expect(unknown.kind === 'request' && unknown.method).toBe('NEWMETHOD');
    expect(refused(replaced(INVITE, 'INVITE', 'iNVITE sip:bob@x SIP/2.0')).status).toBe(400);
    const response = parsed(replaced(RINGING, 'SIP', 'sip/2.0 180 Ringing'));
    expect(response.kind).toBe('response');
  });

  it('answers another version with 505 (§21.5.6)', () => {
    expect(refused(replaced(INVITE, 'INVITE', 'INVITE sip:bob@x SIP/3.0')).status).toBe(505);
  });

  it.each(['SIP/2.0 180', 'SIP/2.0 180 ', 'SIP/2.0 180 Так'])(
    'lets the reason phrase be empty or UTF-8: "%s" (§7.2, trap 4.1 #11, TPT-017)',
    (line) => {
      const message = parsed(replaced(RINGING, 'SIP', line));
      expect(message.kind === 'response' && message.status).toBe(180);
    },
  );

  it('treats a status no RFC knows as x00 of its class, a provisional one as 183 (§8.1.3.2, trap 4.1 #11, UAC-009)', () => {
    expect([499, 299, 699, 589, 150, 486, 100].map(treatAs)).toEqual([400, 200, 600, 500, 183, 486, 100]);
  });

  it.each([
    'SIP/2.0 99 x',
    'SIP/2.0 700 x',
    'SIP/2.0 1800 x',
    'SIP/2.0 4294967301 x',
    'SIP/2.0 2x0 x',
    'SIP/2.0  180 x',
    'SIP/2.0 -80 x',
  ])('drops a response that begins "%s"', (line) => {
    expect(refused(replaced(RINGING, 'SIP', line)).status).toBeUndefined();
  });

  it.each([
    'INVITE  sip:bob@x SIP/2.0',
    'INVITE sip:bob@x  SIP/2.0',
    'INVITE sip:bob@x SIP/2.0 ',
    'INVITE <sip:bob@x> SIP/2.0',
    'INVITE sip:b ob@x SIP/2.0',
    'INVITE  SIP/2.0',
    'INVITE sip:bob@x?Route=y SIP/2.0',
    'INVITE bob SIP/2.0',
  ])('answers "%s" with 400 (§7.1)', (line) => {
    expect(refused(replaced(INVITE, 'INVITE', line)).status).toBe(400);
  });

  it.each(['', 'GET / HTTP/1.1', 'INVITE', 'INVITE ', ' ', 'IN\0VITE sip:x SIP/2.0'])(
    'drops "%s" without headers',
    (line) => {
      expect(refused([line]).status).toBeUndefined();
    },
  );
});

describe('the body', () => {
  it('counts octets, not characters (§20.14, trap 4.1 #7)', () => {
    const message = parsed([...INVITE, 'Content-Length: 7'], 'Grüße');
    expect(new TextDecoder().decode(message.body)).toBe('Grüße');
    expect(refused([...INVITE, 'Content-Length: 8'], 'Grüße').status).toBe(400);
  });

  it('drops what follows it in the datagram (§18.3, trap 4.1 #7, TPT-007)', () => {
    expect(parsed([...INVITE, 'Content-Length: 2'], 'abcd').body).toEqual(utf8Encode('ab'));
  });

  it('answers 400 to a request that is too short and drops a response (§18.3, trap 4.1 #7, TPT-007)', () => {
    expect(refused([...INVITE, 'Content-Length: 5'], 'abcd').status).toBe(400);
    expect(refused([...RINGING, 'Content-Length: 5'], 'abcd').status).toBeUndefined();
  });

  it('runs to the end of the datagram without Content-Length', () => {
    expect(parsed(INVITE, 'abcd').body).toEqual(utf8Encode('abcd'));
  });

  it('refuses two lengths that differ and takes two that agree', () => {
    expect(refused([...INVITE, 'Content-Length: 4', 'l: 3'], 'abcd').status).toBe(400);
    expect(parsed([...INVITE, 'Content-Length: 4', 'l: 4'], 'abcd').body).toHaveLength(4);
  });

  it.each(['-1', 'five', '', '1e3', '0x10', '4, 4', '99999999999999999999', '4.0', '+4'])(
    'refuses a Content-Length of "%s"',
    (value) => {
      expect(refused([...INVITE, `Content-Length: ${value}`], 'abcd').status).toBe(400);
    },
  );

  it('is a view of the octets, which are handed over', () => {
    const bytes = octets(INVITE, 'abcd');
    const result = parseMessage(bytes);
    expect(result.ok && [result.value.body.buffer, result.value.body.length]).toEqual([bytes.buffer, 4]);
  });
});

describe('the headers every message has', () => {
  it.each(['Via', 'CSeq'])(
    'drops a message without %s: no answer could find its way (trap 4.1 #21, TPT-016)',
    (name) => {
      expect(refused(replaced(INVITE, name))).toMatchObject({ code: 'missing-header', status: undefined });
    },
  );

  it.each(['From', 'To', 'Call-ID'])(
    'answers 400 to a request without %s, which then lacks it too (RFC 4475 §3.3.1, trap 4.1 #21, TPT-016)',
    (name) => {
      const { code, status, message } = refused(replaced(INVITE, name));
      expect({ code, status }).toEqual({ code: 'missing-header', status: 400 });
      expect(message && createResponse(message as SipRequest, 400).headers.has(name)).toBe(false);
    },
  );

  it.each(['From', 'To', 'Call-ID', 'CSeq'])('refuses two of %s', (name) => {
    const line = INVITE.find((each) => each.startsWith(name)) ?? '';
    expect(refused([...INVITE, line])).toMatchObject({ code: 'duplicate-header', status: 400 });
  });

  it.each(['2147483648 INVITE', '1 BYE', '1', 'INVITE', '1INVITE', '-1 INVITE', '1 INVITE x'])(
    'refuses a CSeq of "%s": below 2**31, with the method of the request (§8.1.1.5, trap 4.1 #17, UAC-004)',
    (value) => {
      expect(refused(replaced(INVITE, 'CSeq', `CSeq: ${value}`)).status).toBe(400);
    },
  );

  it('takes 0 and 2**31-1 for a CSeq (trap 4.1 #17)', () => {
    expect(parsed(replaced(INVITE, 'CSeq', 'CSeq: 0 INVITE')).cseq.number).toBe(0);
    expect(parsed(replaced(INVITE, 'CSeq', 'CSeq: 2147483647 INVITE')).cseq.number).toBe(2147483647);
  });

  it('reads the CSeq method of a response, which is part of the match (§17.1.3, trap 4.1 #17)', () => {
    expect(parsed(replaced(RINGING, 'CSeq', 'CSeq: 7 CANCEL')).cseq).toEqual({ number: 7, method: 'CANCEL' });
  });

  it('gives a 400 that can be built and sent when Via, From, To, Call-ID and CSeq are there (trap 4.1 #21)', () => {
    const failure = refused(replaced(INVITE, 'To', 'To: "Bob <sip:bob@biloxi.example.com>'));
    expect(failure.status).toBe(400);
    if (failure.message?.kind !== 'request') throw new Error('no request to answer');
    const answer = parseMessage(printMessage(createResponse(failure.message, 400)));
    // The malformed header goes back as it came: it fails here too, but the line is there.
    expect(answer.ok ? '' : answer.error.message?.headers.get('to')).toBe('"Bob <sip:bob@biloxi.example.com>');
  });

  it('says where the fault is', () => {
    const lines = replaced(INVITE, 'To', 'To: <sip:bob@biloxi.example.com>;;tag=1');
    const { position, code } = refused(lines);
    expect([code, lines.join('\r\n').slice(position - 2, position + 6)]).toEqual(['to', '>;;tag=1']);
  });

  it('answers neither a malformed ACK nor a malformed response (trap 4.1 #21)', () => {
    const ack = replaced(replaced(INVITE, 'INVITE', 'ACK sip:bob@x SIP/2.0'), 'CSeq', 'CSeq: x ACK');
    expect(refused(ack)).toMatchObject({ code: 'cseq', status: undefined });
    expect(refused(replaced(RINGING, 'CSeq', 'CSeq: x INVITE')).status).toBeUndefined();
  });

  it('refuses a branch that is only the magic cookie: all such requests would be one transaction (§8.1.1.7)', () => {
    expect(refused(replaced(INVITE, 'Via', 'Via: SIP/2.0/UDP h;branch=z9hG4bK')).status).toBe(400);
  });

  it('takes a Via branch without magic cookie, and none: matching is then that of RFC 2543 (§17.2.3, trap 4.1 #23)', () => {
    expect(parsed(replaced(INVITE, 'Via', 'Via: SIP/2.0/UDP h;branch=1')).via.branch).toBe('1');
    expect(parsed(replaced(INVITE, 'Via', 'Via: SIP/2.0/UDP h')).via.branch).toBeUndefined();
  });

  it('takes a request without Max-Forwards, and one of 0 (§8.1.1.6, trap 4.1 #18)', () => {
    expect(parsed(replaced(INVITE, 'Max-Forwards')).maxForwards).toBeUndefined();
    const zero = parsed(replaced(INVITE, 'Max-Forwards', 'Max-Forwards: 0'));
    expect([zero.maxForwards, validate(zero)]).toEqual([0, undefined]);
  });

  it.each(['tag=1;tag=2', 'tag', 'tag='])('refuses a From with "%s"', (params) => {
    expect(refused(replaced(INVITE, 'From', `From: <sip:alice@x>;${params}`)).status).toBe(400);
  });

  it('compares Call-ID octet for octet: case is kept (§20.8, trap 4.1 #15)', () => {
    expect(parsed(replaced(INVITE, 'Call-ID', 'Call-ID: AbC@X')).callId).toBe('AbC@X');
    expect(refused(replaced(INVITE, 'Call-ID', 'Call-ID: a b')).status).toBe(400);
  });
});

describe('the limits', () => {
  it('refuses a message over 64 KiB with 513 (PROXY-046)', () => {
    expect(refused(INVITE, 'x'.repeat(65536))).toMatchObject({ code: 'too-large', status: 513 });
    expect(refused(INVITE, 'x'.repeat(100), { messageBytes: 300 }).status).toBe(513);
  });

  it('takes the largest datagram there can be', () => {
    const head = octets([...INVITE, 'Content-Length: 65000']).length;
    expect(parsed([...INVITE, 'Content-Length: 65000'], 'x'.repeat(65535 - head)).body).toHaveLength(65000);
  });

  it('refuses more than 128 header lines with 400', () => {
    const many = Array.from({ length: 122 }, (_, i) => `X-${i}: x`);
    expect(parsed([...INVITE, ...many]).headers.fields).toHaveLength(128);
    expect(refused([...INVITE, ...many, 'X: x'])).toMatchObject({ code: 'too-many-headers', status: 400 });
  });

  it('refuses a header line over 8 KiB with 400', () => {
    expect(parsed([...INVITE, `X: ${'x'.repeat(8189)}`]).headers.get('x')).toHaveLength(8189);
    expect(refused([...INVITE, `X: ${'x'.repeat(8190)}`])).toMatchObject({ code: 'line-too-long', status: 400 });
    const folded = Array.from({ length: 1000 }, () => ' xxxxxxx');
    expect(refused([...INVITE, 'X: x', ...folded]).code).toBe('line-too-long');
  });

  it('refuses more than 70 Vias with 400, however they are spread over lines', () => {
    const via = 'SIP/2.0/UDP h;branch=z9hG4bK1';
    const lines = (count: number) => replaced(INVITE, 'Via', `Via: ${Array(count).fill(via).join(',')}`, `Via: ${via}`);
    expect(parsed(lines(69)).vias).toHaveLength(70);
    expect(refused(lines(70))).toMatchObject({ code: 'too-many-vias', status: 400 });
  });
});

describe('what hostile heads can not do', () => {
  it('keeps no scanner running beyond a URI that ends in a quote (RFC 3261 §19.1.1)', () => {
    for (const line of ['INVITE sip:a;x= "SIP/2.0', 'INVITE sip:a;x= "', 'INVITE sip:a;x="b;y=c SIP/2.0']) {
      const { message } = refused(replaced(INVITE, 'INVITE', line));
      const { uri } = message as SipRequest;
      if ('host' in uri) expect([...uri.params].length).toBeLessThan(3);
    }
  });

  it('counts Vias that are none as well (RFC 3261 §16.3)', () => {
    const many = Array.from({ length: 100 }, () => 'Via: x');
    expect(refused([...INVITE, ...many]).code).toBe('too-many-vias');
    expect(refused([...INVITE, `Via: a${','.repeat(400)}`]).code).toBe('too-many-vias');
  });

  it('does not hold a long body by what is kept of the head', () => {
    const long = parseMessage(octets([...INVITE, 'Content-Length: 60000'], 'x'.repeat(60_000)));
    if (!long.ok) throw new Error(long.error.detail);
    expect(long.value.headers.field('from')?.octets.buffer.byteLength).toBeLessThan(1000);
    const head = parseMessage(
      octets([...INVITE, `X: ${'y'.repeat(3000)}`, 'Content-Length: 60000'], 'x'.repeat(60_000)),
    );
    if (!head.ok) throw new Error(head.error.detail);
    expect(head.value.headers.field('from')?.text.length).toBeLessThan(4000);
  });

  it('takes only SP and HT for white space, not the octet that ends "à" in UTF-8 (RFC 3261 §25.1)', () => {
    const voila = latin1Decode(utf8Encode('voilà'));
    const bytes = utf8Encode(
      `${[...INVITE, 'Subject: foo', ' voilà', 'Contact: voilà <sip:a@b>, <sip:c@d>;x=à'].join('\r\n')}\r\n\r\n`,
    );
    const result = parseMessage(bytes);
    if (!result.ok) throw new Error(result.error.detail);
    const { headers, contacts } = result.value;
    expect(headers.get('subject')).toBe(`foo ${voila}`);
    expect(contacts[0]?.displayName).toBe('voilà');
    expect(headers.withoutFirst('contact').get('contact')).toBe(`<sip:c@d>;x=${voila.slice(-2)}`);
    expect(headers.with('Subject', voila).get('subject')).toBe(voila);
  });

  it('never becomes a request line that is two (RFC 3261 §7.1)', () => {
    const request = parsed(INVITE) as SipRequest;
    expect(() => request.with({ uri: 'sip:a\r\nX: y' })).toThrow(TypeError);
    expect(() => request.with({ uri: 'sip:\u010a' })).toThrow(TypeError);
  });
});
