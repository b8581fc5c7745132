import { describe, expect, it } from 'vitest';
import { createRequest } from './create.ts';
import { Headers } from './headers.ts';
import { SipResponse } from './message.ts';
import { validate } from './validate.ts';

function fault(...lines: readonly (readonly [string, string])[]): string | undefined {
  return validate(createRequest({ method: 'INVITE', uri: 'sip:h', headers: Headers.of(...lines) }))?.code;
}

describe('validate', () => {
  it('knows no rule for headers that are named as what every object has (RFC 3261 §7.3.1)', () => {
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty'])
      expect(fault([name, 'x'])).toBeUndefined();
  });

  it.each([
    ['Contact', '*'],
    ['Contact', '<sip:a@b>;q=0.333;expires=60, sip:c@d'],
    ['Contact', '"a, b" <sip:a@b>;expires=never'],
    ['Route', '<sip:p;lr>,<sip:q;lr>'],
    ['Supported', ''],
    ['Supported', 'path, outbound'],
    ['Accept', 'application/sdp;q=0.5, text/*, */*'],
    ['Accept-Encoding', ''],
    ['Retry-After', '18000 (in a meeting);duration=3600'],
    ['Session-Expires', '1800;refresher=uac'],
    ['Event', 'refer;id=93809823'],
    ['Subscription-State', 'active;expires=3600'],
    ['Reason', 'SIP;cause=200;text="Call completed elsewhere", Q.850;cause=16'],
    ['Replaces', 'a@b;to-tag=1;from-tag=2;early-only'],
    ['RAck', '776656 1 INVITE'],
    ['Warning', '307 isi.edu "Session parameter \'foo\' not understood"'],
    ['Timestamp', '54.5 0.1'],
    ['Date', 'Sat, 13 Nov 2010 23:29:00 EST'],
    ['Authorization', 'Digest username="x", realm="y"'],
    ['Authorization', 'NoOneKnowsThisScheme opaque-data=here'],
    ['Content-Type', 'multipart/mixed;boundary="a b"'],
    ['X-Whatever', '<<<"'],
  ])('passes %s: %s', (name, value) => {
    expect(fault([name, value])).toBeUndefined();
  });

  it.each([
    ['Contact', ''],
    ['Contact', '*, <sip:a@b>'],
    ['Contact', '<sip:a@b>,'],
    ['Contact', '<sip:a@b>;q=1.5'],
    ['Contact', '<sip:a@b>;q=0.1234'],
    ['Contact', 'sip:a@b?x=y'],
    ['Route', 'sip:p;lr'],
    ['Record-Route', '<sip:p;lr'],
    ['Via', 'SIP/2.0/UDP h;;'],
    ['Supported', 'a b'],
    ['Require', ''],
    ['Max-Forwards', '-1'],
    ['Max-Forwards', 'x'],
    ['Expires', 'soon'],
    ['Expires', '4294967296'],
    ['Min-Expires', ''],
    ['Retry-After', '18 x'],
    ['Session-Expires', 'x;refresher=uac'],
    ['Event', 'a b'],
    ['RSeq', '0'],
    ['RAck', '1 2'],
    ['Replaces', 'a@b;to-tag=1'],
    ['Warning', '30 x "y"'],
    ['Content-Type', 'text'],
    ['Authorization', 'Digest username="x'],
    ['WWW-Authenticate', ''],
    ['Accept', 'application'],
  ])('finds the fault in %s: %s (TPT-016)', (name, value) => {
    expect(fault([name, value])).toBe(name.toLowerCase());
  });

  it.each(['Max-Forwards', 'Expires', 'Event', 'Refer-To', 'Replaces'])('finds %s given twice (TPT-016)', (name) => {
    const value =
      {
        'Max-Forwards': '70',
        Expires: '1',
        Event: 'refer',
        'Refer-To': '<sip:a@b>',
        Replaces: 'a;to-tag=1;from-tag=2',
      }[name] ?? '';
    expect(fault([name, value], [name, value])).toBe(name.toLowerCase());
  });

  it('answers a request with 400, an ACK and a response with nothing (trap 4.1 #21)', () => {
    const headers = Headers.of(['Expires', 'x']);
    expect(validate(createRequest({ method: 'INVITE', uri: 'sip:h', headers }))?.status).toBe(400);
    expect(validate(createRequest({ method: 'ACK', uri: 'sip:h', headers }))).toMatchObject({ status: undefined });
    expect(validate(new SipResponse(200, 'OK', headers, new Uint8Array(0)))).toMatchObject({ status: undefined });
  });
});
