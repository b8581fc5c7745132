import { describe, expect, it } from 'vitest';
import { createRequest, createResponse } from './create.ts';
import { Headers } from './headers.ts';
import { decodeText } from './text.ts';

function request(method: string, extra: readonly (readonly [string, string])[] = []) {
  return createRequest({
    method,
    uri: 'sip:bob@biloxi.example.com',
    headers: Headers.of(
      ['Via', 'SIP/2.0/UDP two;branch=z9hG4bK2, SIP/2.0/UDP one;branch=z9hG4bK1'],
      ['v', 'SIP/2.0/UDP zero;branch=z9hG4bK0'],
      ['Max-Forwards', '70'],
      ['To', 'Bob <sip:bob@biloxi.example.com>'],
      ['From', 'Alice <sip:alice@atlanta.example.com>;tag=1928301774'],
      ['Call-ID', 'a84b4c76e66710'],
      ['CSeq', `314159 ${method}`],
      ['Contact', '<sip:alice@pc33>'],
      ['Timestamp', '54'],
      ['Record-Route', '<sip:p2;lr>, <sip:p1;lr>'],
      ...extra,
    ),
  });
}

describe('responses (§8.2.6)', () => {
  it('copies all Vias in order, From, To, Call-ID and CSeq, and nothing else (trap 4.1 #24, UAS-008)', () => {
    const response = createResponse(request('OPTIONS'), 404, { toTag: 'xyz' });
    expect(response.headers.fields.map((field) => `${field.name}: ${field.value}`)).toEqual([
      'Via: SIP/2.0/UDP two;branch=z9hG4bK2, SIP/2.0/UDP one;branch=z9hG4bK1',
      'v: SIP/2.0/UDP zero;branch=z9hG4bK0',
      'To: Bob <sip:bob@biloxi.example.com>;tag=xyz',
      'From: Alice <sip:alice@atlanta.example.com>;tag=1928301774',
      'Call-ID: a84b4c76e66710',
      'CSeq: 314159 OPTIONS',
    ]);
    expect([response.status, response.reason]).toEqual([404, 'Not Found']);
  });

  it('puts no To tag into a 100, but the Timestamp (§8.2.6.1, trap 4.1 #24, UAS-007)', () => {
    const response = createResponse(request('INVITE'), 100, { toTag: 'xyz' });
    expect(response.toTag).toBeUndefined();
    expect(response.headers.get('timestamp')).toBe('54');
    expect(response.headers.has('record-route')).toBe(false);
  });

  it('keeps a To tag that is there (§8.2.6.2)', () => {
    const tagged = request('BYE');
    const headers = tagged.headers.with('To', '<sip:bob@biloxi.example.com>;tag=old');
    expect(createResponse(tagged.with({ headers }), 200, { toTag: 'new' }).toTag).toBe('old');
  });

  it.each(['INVITE', 'SUBSCRIBE', 'REFER', 'NOTIFY'])(
    'copies Record-Route into what may form a dialog by %s (§12.1.1, trap 4.1 #25, UAS-012)',
    (method) => {
      for (const status of [180, 183, 200, 202]) {
        expect(createResponse(request(method), status, { toTag: 'x' }).recordRoutes, `${status}`).toHaveLength(2);
      }
      for (const status of [100, 302, 486, 603])
        expect(createResponse(request(method), status).recordRoutes).toHaveLength(0);
    },
  );

  it('takes a reason, headers and a body', () => {
    const response = createResponse(request('INVITE'), 488, {
      reason: 'Не\r\nсейчас',
      headers: [['Warning', '305 h "Incompatible media format"']],
      body: 'v=0\r\n',
      contentType: 'application/sdp',
    });
    expect(decodeText(response.reason)).toBe('Не сейчас');
    expect(response.warnings).toEqual([{ code: 305, agent: 'h', text: 'Incompatible media format' }]);
    expect([response.body.length, response.contentType?.essence]).toEqual([5, 'application/sdp']);
  });

  it('throws when misused', () => {
    expect(() => createResponse(request('INVITE'), 99)).toThrow(RangeError);
    expect(() => createRequest({ method: 'A B', uri: 'sip:x', headers: Headers.empty })).toThrow(TypeError);
    expect(() => createRequest({ method: 'A', uri: 'sip:x SIP/2.0\r\nX: y', headers: Headers.empty })).toThrow(
      TypeError,
    );
  });

  it('reads nothing out of headers that are not there yet, without throwing', () => {
    const bare = createRequest({ method: 'OPTIONS', uri: 'sip:x', headers: Headers.empty });
    expect([bare.via.host, bare.from.uriText, bare.toTag, bare.callId, bare.cseq.method, bare.contacts]).toEqual([
      '',
      '',
      undefined,
      '',
      '',
      [],
    ]);
  });
});
