import {
  bodyParts,
  parseMessage,
  parseUri,
  printMessage,
  printUri,
  type SipRequest,
  type SipResponse,
  SipStreamFramer,
  validate,
} from '@ringback/sip';
import { parseSdp, printSdp } from '@ringback/sip/sdp';
import fc from 'fast-check';
import { expect, it, vi } from 'vitest';

// Many cases each; a machine busy with other things needs its time.
vi.setConfig({ testTimeout: 60_000 });

const BASE =
  'INVITE sip:bob@biloxi.example.com;p=v SIP/2.0\r\nVia: SIP/2.0/UDP pc33;branch=z9hG4bK1, SIP/2.0/TCP [::1]:5060;received=::1\r\n' +
  'Max-Forwards: 70\r\nTo: "B, ob" <sip:bob@biloxi.example.com>\r\nFrom: Alice <sip:alice@atlanta>;tag=1\r\nCall-ID: a84b\r\nCSeq: 1 INVITE\r\n' +
  'Contact: <sip:alice@pc33>;q=0.5\r\nm: *\r\nAuthorization: Digest username="a", realm="b, c", nonce="d", uri="e", response="f"\r\n' +
  'Route: <sip:p1;lr>,\r\n <sip:p2;lr>\r\nReason: SIP;cause=200;text="x"\r\nReplaces: a;to-tag=1;from-tag=2\r\nRAck: 1 1 INVITE\r\n' +
  'Date: Sat, 13 Nov 2010 23:29:00 GMT\r\nWarning: 399 h "x"\r\nRetry-After: 5\r\nContent-Type: multipart/mixed;boundary=b\r\nContent-Length: 29\r\n\r\n' +
  '--b\r\nA: b\r\n\r\nv=0\r\n--b\r\n\r\nx--b--';

/** Calls every getter there is: none may throw, whatever came in. */
function touch(message: SipRequest | SipResponse): void {
  for (let proto = Object.getPrototypeOf(message); proto !== Object.prototype; proto = Object.getPrototypeOf(proto)) {
    for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(proto))) {
      if (property.get) Reflect.get(message, name);
    }
  }
  validate(message);
  bodyParts(message);
}

function swallow(bytes: Uint8Array): void {
  const parsed = parseMessage(bytes);
  const message = parsed.ok ? parsed.value : parsed.error.message;
  if (message !== undefined) touch(message);
  if (parsed.ok) {
    const printed = printMessage(parsed.value);
    const again = parseMessage(printed);
    expect(again.ok && Buffer.from(printMessage(again.value)).equals(Buffer.from(printed))).toBe(true);
  }
  new SipStreamFramer().push(bytes);
}

it('throws at no octets whatsoever, and prints what it accepts so that it reads the same again', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), swallow), { numRuns: 500 });
});

it('throws at no message with octets changed, put in and taken away', () => {
  const base = Buffer.from(BASE);
  const edit = fc.record({
    at: fc.nat(base.length - 1),
    remove: fc.nat(3),
    insert: fc.oneof(
      fc.uint8Array({ maxLength: 3 }),
      fc
        .constantFrom(
          '"',
          '<',
          '>',
          ';',
          ',',
          ':',
          '@',
          '%',
          '\\',
          '\r\n',
          '\r',
          '\n',
          '\r\n ',
          '\0',
          '\xff',
          '=',
          '*',
          '[',
          ' ',
        )
        .map((text) => Buffer.from(text, 'latin1')),
    ),
  });
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
      let bytes: Uint8Array = base;
      for (const { at, remove, insert } of edits)
        bytes = Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)]);
      swallow(bytes);
    }),
    { numRuns: 400 },
  );
});

it('throws at no message cut off anywhere', () => {
  const base = Buffer.from(BASE);
  for (let length = 0; length <= base.length; length++) swallow(base.subarray(0, length));
});

const token = fc.stringMatching(/^[A-Za-z0-9.!%*_+`'~-]{1,12}$/);
const unknownName = token.map((name) => `X-${name}`);
const space = fc.constantFrom('', ' ', '\t', '   ', '\r\n ', ' \r\n\t  ');
const text = fc.stringMatching(/^[ -~\u0080-\u00ff]{0,40}$/);
const line = fc.tuple(unknownName, fc.constantFrom('', ' ', '\t '), space, text, space).map((parts) => {
  const [name, before, after, value, end] = parts;
  // A fold needs something visible behind it, or the line would end the head.
  return `${name}${before}:${after}x${value}${end.includes('\r\n') ? `${end}y` : end}`;
});

it('prints any headers byte for byte as they came, in their order (print after parse is the identity)', () => {
  const mandatory = [
    'Via: SIP/2.0/UDP h;branch=z9hG4bK1',
    'f: <sip:a@h>;tag=1',
    'TO :<sip:b@h>',
    'Call-ID:\tc',
    'CSeq: 1  OPTIONS',
  ];
  fc.assert(
    fc.property(fc.array(line, { maxLength: 20 }), fc.uint8Array({ maxLength: 50 }), fc.nat(20), (lines, body, at) => {
      const all = [...lines.slice(0, at), ...mandatory, ...lines.slice(at), `Content-Length: ${body.length}`];
      const bytes = Buffer.concat([
        Buffer.from(`OPTIONS sip:h SIP/2.0\r\n${all.join('\r\n')}\r\n\r\n`, 'latin1'),
        body,
      ]);
      const parsed = parseMessage(bytes);
      expect(parsed.ok ? undefined : parsed.error).toBeUndefined();
      if (parsed.ok) expect(Buffer.from(printMessage(parsed.value)).equals(bytes)).toBe(true);
    }),
  );
});

it('cuts a stream the same way however it is split', () => {
  const stream = Buffer.from(`${BASE}\r\n\r\n${BASE}${BASE}\r\n\r\n\r\n\r\n`);
  const whole = new SipStreamFramer().push(stream);
  fc.assert(
    fc.property(fc.array(fc.nat(stream.length), { maxLength: 12 }), (cuts) => {
      const framer = new SipStreamFramer();
      const edges = [0, ...cuts.sort((a, b) => a - b), stream.length];
      const events = edges.flatMap((edge, i) => framer.push(stream.subarray(edge, edges[i + 1] ?? stream.length)));
      expect(events).toEqual(whole);
    }),
  );
});

it('prints any URI it reads as it was, but for the case of the scheme', () => {
  const part = fc.stringMatching(/^[A-Za-z0-9%;?&=+$,/@:.[\]<> "-]{0,20}$/);
  fc.assert(
    fc.property(part, (rest) => {
      for (const scheme of ['sip:', 'sips:u@', 'tel:', 'sip:h:5060;']) {
        const uri = parseUri(scheme + rest);
        if (uri.ok && !/:0\d+/.test(rest) && !/^0\d*(;|\?|$)/.test(rest))
          expect(printUri(uri.value)).toBe(scheme + rest);
      }
    }),
    { numRuns: 400 },
  );
});

it('throws at no session description, and prints what it reads', () => {
  const row = fc
    .tuple(fc.constantFrom('v', 'o', 's', 'c', 'm', 'a', 'b', 'é', ''), fc.constantFrom('=', ''), text)
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.array(row, { maxLength: 20 }), (rows) => {
      const written = ['v=0', 'o=- 1 1 IN IP4 h', ...rows].join('\r\n');
      const parsed = parseSdp(written);
      if (!parsed.ok) return;
      const again = parseSdp(printSdp(parsed.value));
      expect(again).toEqual(parsed);
    }),
    { numRuns: 300 },
  );
});

it('takes time in proportion to the length, not to its square', () => {
  // Work, not time: a regular expression or a search that starts over would never finish these in the time of a test.
  for (const unit of ['<', '"', '\\"', ',', ';', '=', '%', '(', '\r\n ', ' ', ';a=b', '<sip:a@b>,', '::', ':']) {
    const value = unit.repeat(Math.floor(20_000 / unit.length));
    for (const name of [
      'Via',
      'Contact',
      'To',
      'Route',
      'Authorization',
      'Supported',
      'Date',
      'Warning',
      'Replaces',
      'X',
    ]) {
      const head = `OPTIONS sip:h SIP/2.0\r\n${name}: x${value}x\r\nVia: SIP/2.0/UDP h\r\nFrom: <sip:a@h>\r\nTo: <sip:b@h>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n\r\n`;
      const parsed = parseMessage(Buffer.from(head), { lineBytes: 65536 });
      if (parsed.ok) touch(parsed.value);
    }
  }
});
