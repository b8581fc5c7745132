import { describe, expect, it } from 'vitest';
import { latin1Decode, utf8Encode } from '../runtime/bytes.ts';
import { parseMessage } from './parse.ts';
import { type FramerEvent, SipStreamFramer } from './stream-framer.ts';

const HEAD =
  'OPTIONS sip:h SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bK1\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n';
const ONE = `${HEAD}Content-Length: 5\r\n\r\nhello`;
const TWO = `${HEAD}l: 0\r\n\r\n`;
const THREE = `${HEAD}\r\n`;

function shown(events: readonly FramerEvent[]): readonly string[] {
  return events.map((event) => (event.type === 'message' ? latin1Decode(event.bytes) : event.type));
}

/** The events of a stream that arrives in pieces of that many octets. */
function run(stream: string, size: number, crlf: 'ping' | 'pong' = 'ping'): readonly string[] {
  const framer = new SipStreamFramer({ crlf });
  const bytes = utf8Encode(stream);
  const events: FramerEvent[] = [];
  for (let at = 0; at < bytes.length; at += size) events.push(...framer.push(bytes.subarray(at, at + size)));
  return shown(events);
}

describe('SipStreamFramer (§18.3)', () => {
  it.each([
    ['the 129th line', `${Array.from({ length: 130 }, () => 'X: x').join('\r\n')}\r\nContent-Length: 28`],
    ['too long a line', `Content-Length:${' '.repeat(8200)}28`],
    ['no line at all', 'Content-Length\u0001: 28'],
  ])('takes no body for the next message where the length stands in %s (trap 4.1 #9)', (_, lines) => {
    const first = HEAD.replace(/Content-Length.*\r\n/i, '');
    expect(run(`${first}${lines}\r\n\r\nBYE sip:smuggled SIP/2.0\r\n\r\n`, 100_000)).toEqual(['error']);
  });

  it.each([1, 2, 3, 7, 64, 100_000])(
    'cuts the same messages however the stream is split: %i octets a read (trap 4.1 #9)',
    (size) => {
      expect(run(`${ONE}${TWO}\r\n\r\n${THREE}\r\n\r\n\r\n\r\n${ONE}`, size)).toEqual([
        ONE,
        TWO,
        'ping',
        THREE,
        'ping',
        'ping',
        ONE,
      ]);
    },
  );

  it('delivers each complete message before it waits for more (trap 4.1 #9)', () => {
    const framer = new SipStreamFramer();
    expect(shown(framer.push(utf8Encode(`${ONE}${TWO}${HEAD}`)))).toEqual([ONE, TWO]);
    expect(framer.pending).toBe(HEAD.length);
    expect(shown(framer.push(utf8Encode('\r\n')))).toEqual([THREE]);
  });

  it('makes one ping of two CRLF on the side that accepted (RFC 5626 §4.4.1, TPT-009)', () => {
    expect(run('\r\n\r\n', 1)).toEqual(['ping']);
    expect(run('\r\n', 1)).toEqual([]);
    expect(run(`\r\n${TWO}\r\n\r\n`, 5)).toEqual([TWO, 'ping']);
  });

  it('makes a pong of each CRLF on the side that opened the connection', () => {
    expect(run(`\r\n${TWO}\r\n\r\n`, 1, 'pong')).toEqual(['pong', TWO, 'pong', 'pong']);
  });

  it('counts octets (§20.14)', () => {
    const message = `${HEAD}Content-Length: 7\r\n\r\nGrüße`;
    const framer = new SipStreamFramer();
    const [event] = framer.push(utf8Encode(message + TWO));
    expect(event?.type === 'message' && new TextDecoder().decode(event.bytes)).toBe(message);
  });

  it.each(['-1', 'x', '', '1\r\nContent-Length: 2', '99999999999999999999'])(
    'gives up at a Content-Length of %j, with the head for a 400 (TPT-007)',
    (length) => {
      const framer = new SipStreamFramer();
      const [event, ...more] = framer.push(utf8Encode(`${HEAD}Content-Length: ${length}\r\n\r\n${TWO}`));
      expect(event).toMatchObject({ type: 'error', code: 'content-length' });
      expect(more).toEqual([]);
      const head = event?.type === 'error' ? event.head : undefined;
      const failure = parseMessage(head ?? new Uint8Array(0));
      expect(failure.ok || failure.error.status).toBe(400);
      expect(framer.push(utf8Encode(TWO))).toEqual([]);
    },
  );

  it('gives up at a head that does not end and at a body that is too large', () => {
    const endless = new SipStreamFramer({ limits: { messageBytes: 100 } });
    expect(shown(endless.push(utf8Encode('x'.repeat(101))))).toEqual(['error']);
    const large = new SipStreamFramer();
    expect(large.push(utf8Encode(`${HEAD}Content-Length: 65536\r\n\r\n`))).toMatchObject([
      { type: 'error', code: 'too-large' },
    ]);
  });

  it('holds no more than it must', () => {
    const framer = new SipStreamFramer();
    for (let i = 0; i < 1000; i++) framer.push(utf8Encode(ONE));
    expect(framer.pending).toBe(0);
  });
});
