import { expect, it } from 'vitest';
import { createRequest } from './create.ts';
import { Headers } from './headers.ts';
import { SipResponse } from './message.ts';

function message(...lines: readonly (readonly [string, string])[]) {
  return createRequest({ method: 'INVITE', uri: 'sip:h', headers: Headers.of(...lines) });
}

it('reads every typed header', () => {
  const all = message(
    ['Path', '<sip:p1;lr>,<sip:p2;lr>'],
    ['Service-Route', '<sip:s;lr>'],
    ['P-Asserted-Identity', '<sip:a@b>, <tel:+1>'],
    ['Expires', '60'],
    ['Min-Expires', '30'],
    ['Retry-After', '5 (soon)'],
    ['Session-Expires', '1800;refresher=uas'],
    ['Min-SE', '90'],
    ['RSeq', '1'],
    ['RAck', '1 2 INVITE'],
    ['Content-Disposition', 'session;handling=required'],
    ['Accept', 'application/sdp, text/plain'],
    ['Require', 'Timer'],
    ['Proxy-Require', 'x'],
    ['Unsupported', 'y'],
    ['Allow', 'INVITE, ack'],
    ['Event', 'Refer;id=1'],
    ['Subscription-State', 'terminated;reason=noresource'],
    ['Reason', 'SIP;cause=200;text="Call completed elsewhere"'],
    ['Reason', 'Q.850;cause=16'],
    ['Warning', '399 h "a, b"'],
    ['Date', 'Sat, 13 Nov 2010 23:29:00 GMT'],
    ['Replaces', 'a@b;to-tag=1;from-tag=2'],
    ['Join', 'c;to-tag=3;from-tag=4'],
  );
  expect([all.paths.length, all.serviceRoutes.length, all.assertedIdentities.length]).toEqual([2, 1, 2]);
  expect([all.expires, all.minExpires, all.retryAfter, all.rseq, all.minSE?.seconds]).toEqual([60, 30, 5, 1, 90]);
  expect(all.sessionExpires?.params.get('refresher')).toBe('uas');
  expect(all.rack).toEqual({ rseq: 1, cseq: { number: 2, method: 'INVITE' } });
  expect([all.contentDisposition?.token, all.accept.map((each) => each.essence)]).toEqual([
    'session',
    ['application/sdp', 'text/plain'],
  ]);
  expect([all.require, all.proxyRequire, all.unsupported, all.allow]).toEqual([
    ['timer'],
    ['x'],
    ['y'],
    ['INVITE', 'ack'],
  ]);
  expect([all.event?.package, all.event?.id, all.subscriptionState?.params.get('reason')]).toEqual([
    'Refer',
    '1',
    'noresource',
  ]);
  expect(all.reasons.map(({ protocol, cause, text }) => [protocol, cause, text])).toEqual([
    ['SIP', 200, 'Call completed elsewhere'],
    ['Q.850', 16, undefined],
  ]);
  expect(all.warnings).toEqual([{ code: 399, agent: 'h', text: 'a, b' }]);
  expect(all.date).toBe(Date.UTC(2010, 10, 13, 23, 29));
  expect(all.replaces).toMatchObject({ callId: 'a@b', toTag: '1', fromTag: '2', earlyOnly: false });
  expect(all.join?.callId).toBe('c');
});

it('reads a malformed optional header as absent', () => {
  const odd = message(
    ['Expires', 'x'],
    ['Contact', '<sip:a@b>, nonsense'],
    ['Event', ''],
    ['RAck', 'x'],
    ['Date', 'yesterday'],
    ['Warning', '3'],
    ['Content-Type', '/'],
    ['Replaces', ';'],
    ['WWW-Authenticate', ','],
  );
  expect([odd.expires, odd.contacts, odd.event, odd.rack, odd.date]).toEqual([
    undefined,
    [],
    undefined,
    undefined,
    undefined,
  ]);
  expect([odd.warnings, odd.contentType, odd.replaces, odd.authenticate]).toEqual([[], undefined, undefined, []]);
});

it('tells Contact: * from contacts', () => {
  expect([message(['Contact', '*']).contactStar, message(['Contact', '*']).contacts]).toEqual([true, []]);
  expect(message(['m', '<sip:a@b>']).contactStar).toBe(false);
});

it('makes changed copies and leaves the original alone', () => {
  const original = message(['Expires', '60']);
  const changed = original.with({ method: 'BYE', uri: 'sip:x', headers: original.headers.with('Expires', '0') });
  expect([original.method, original.uriText, original.expires]).toEqual(['INVITE', 'sip:h', 60]);
  expect([changed.method, changed.uriText, changed.expires, changed.body]).toEqual(['BYE', 'sip:x', 0, original.body]);
  const response = new SipResponse(180, 'Ring ring', Headers.empty, new Uint8Array(0));
  expect([response.with({}).reason, response.with({ status: 200 }).reason]).toEqual(['Ring ring', 'OK']);
  expect([response.isProvisional, response.isSuccess, response.with({ status: 200 }).isSuccess]).toEqual([
    true,
    false,
    true,
  ]);
});
