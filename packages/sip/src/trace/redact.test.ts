import { describe, expect, it } from 'vitest';
import { redact } from './redact.ts';

describe('redaction', () => {
  const lines = (...text: readonly string[]): string => text.join('\r\n');

  it('removes what logs in from digest headers and shows the rest, folded lines included (§22.4)', () => {
    const text = lines(
      'REGISTER sip:ringback.local SIP/2.0',
      'Authorization: Digest username="alice", realm="ringback.local", nonce="abc",',
      ' uri="sip:ringback.local", response="0123", cnonce="xyz", opaque="o", nc=00000001, qop=auth, algorithm=SHA-256',
      'proxy-authorization: Bearer ey.secret.part',
      'Call-ID: c1',
      '',
      '',
    );
    expect(redact(text)).toBe(
      lines(
        'REGISTER sip:ringback.local SIP/2.0',
        'Authorization: Digest username="alice", realm="ringback.local", nonce="(removed)",',
        ' uri="sip:ringback.local", response="(removed)", cnonce="(removed)", opaque="(removed)", nc=00000001, qop=auth, algorithm=SHA-256',
        'proxy-authorization: Bearer (removed)',
        'Call-ID: c1',
        '',
        '',
      ),
    );
  });

  it('removes nonces from challenges and Authentication-Info', () => {
    expect(redact('WWW-Authenticate: Digest realm="r", nonce="n1", qop="auth,auth-int"\r\n')).toBe(
      'WWW-Authenticate: Digest realm="r", nonce="(removed)", qop="auth,auth-int"\r\n',
    );
    expect(redact('Authentication-Info: rspauth="1", nextnonce="2", nc=00000001\r\n')).toBe(
      'Authentication-Info: rspauth="(removed)", nextnonce="(removed)", nc=00000001\r\n',
    );
  });

  it('removes media keys from the body, and nothing from a header that looks like one', () => {
    const text = lines(
      'INVITE sip:b SIP/2.0',
      'Subject: a=ice-pwd:x',
      '',
      'a=ice-ufrag:u',
      'a=ice-pwd:secret',
      'a=crypto:1 AES inline:k',
    );
    expect(redact(text)).toBe(
      lines(
        'INVITE sip:b SIP/2.0',
        'Subject: a=ice-pwd:x',
        '',
        'a=ice-ufrag:u',
        'a=ice-pwd:(removed)',
        'a=crypto:(removed)',
      ),
    );
  });

  it('removes flow tokens from routes and leaves user names', () => {
    expect(redact('Record-Route: <sip:AbCdEfGhIjKlMnOpQrSt@127.0.0.1:5060;lr>, <sip:proxy@192.0.2.1;lr>\r\n')).toBe(
      'Record-Route: <sip:(removed)@127.0.0.1:5060;lr>, <sip:proxy@192.0.2.1;lr>\r\n',
    );
  });

  it('leaves nothing behind of an Authorization header it does not understand', () => {
    expect(redact('Authorization: secret\r\n')).toBe('Authorization: (removed)\r\n');
    expect(redact('Authorization: Digest response=0123, username=a\r\n')).toBe(
      'Authorization: Digest response=(removed), username=a\r\n',
    );
  });

  it('removes what logs in by a parameter of a URI', () => {
    expect(redact('INVITE sip:b@c;token=s3cret?password=s3cret SIP/2.0\r\nTo: <sip:b@c;access_token=s3cret>\r\n')).toBe(
      'INVITE sip:b@c;token=(removed)?password=(removed) SIP/2.0\r\nTo: <sip:b@c;access_token=(removed)>\r\n',
    );
  });

  it.each(['WWW-Authenticate', 'Proxy-Authenticate', 'proxy-authorization', 'Authentication-Info'])(
    'knows %s, and a value without quotes',
    (name) => {
      expect(redact(`${name}: Digest realm="r", nonce="s3cret", nextnonce=s3cret`)).not.toContain('s3cret');
    },
  );

  it('hides ICE passwords and SDES keys (RFC 8839 §5.4, RFC 4568)', () => {
    const shown = redact(
      'INFO sip:b SIP/2.0\r\n\r\na=ice-ufrag:ab\r\na=ice-pwd:s3cret\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:s3cret\r\na=mid:0\r\n',
    );
    expect(shown).not.toContain('s3cret');
    expect(shown).toContain('a=ice-ufrag:ab');
    expect(shown).toContain('a=mid:0');
  });

  it('leaves a message without secrets byte for byte', () => {
    const message = 'BYE sip:bob@b.invalid;transport=ws SIP/2.0\r\nReason: SIP;cause=200;text="nonce"\r\n\r\n';
    expect(redact(message)).toBe(message);
  });
});
