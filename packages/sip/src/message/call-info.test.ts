import { expect, it } from 'vitest';
import { Headers, readAlertInfo, readCallInfo, readInReplyTo } from './index.ts';

it('reads each URI of Alert-Info and Call-Info with its parameters, over commas and lines (RFC 3261 §20.4, §20.9, RFC 7462 §4)', () => {
  const headers = Headers.of(
    [
      'Call-Info',
      '<http://www.example.com/alice/photo.jpg?a=1,2> ;purpose=icon, <http://www.example.com/alice/>;purpose=info',
    ],
    ['Call-Info', '<sip:conf@example.com>'],
    ['Alert-Info', '<urn:alert:source:internal>'],
  );
  expect(readCallInfo(headers).map(({ uri, params }) => [uri, params.get('purpose')])).toEqual([
    ['http://www.example.com/alice/photo.jpg?a=1,2', 'icon'],
    ['http://www.example.com/alice/', 'info'],
    ['sip:conf@example.com', undefined],
  ]);
  expect(readAlertInfo(headers).map(({ uri }) => uri)).toEqual(['urn:alert:source:internal']);
});

it('leaves out what keeps no grammar, and keeps the rest', () => {
  const headers = Headers.of(['Alert-Info', 'http://a.example, <>, <a b>, <x:y>;;, <sip:a@b']);
  expect(readAlertInfo(headers)).toEqual([]);
  expect(readAlertInfo(Headers.of(['Alert-Info', '<nothing>, <http://a.example/>']))).toHaveLength(1);
  expect(readAlertInfo(Headers.empty)).toEqual([]);
});

it('reads the Call-IDs of In-Reply-To (RFC 3261 §20.21)', () => {
  const headers = Headers.of(
    ['In-Reply-To', '70710@saturn.example, 17320@saturn.example'],
    ['In-Reply-To', 'a b, x@y@z, q'],
  );
  expect(readInReplyTo(headers)).toEqual(['70710@saturn.example', '17320@saturn.example', 'q']);
});
