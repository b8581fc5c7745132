import { describe, expect, it } from 'vitest';
import { redact } from './redact.ts';

describe('what of a message may be shown', () => {
  it('hides nonce, cnonce, response and opaque of digest credentials and keeps who and where', () => {
    const shown = redact(
      'REGISTER sip:example.com SIP/2.0\r\nAuthorization: Digest username="alice", realm="example.com",\r\n nonce="n0nce", uri="sip:example.com", cnonce="c0", nc=00000001, qop=auth, response="5ecret", opaque="0p"\r\nTo: <sip:alice@example.com>\r\n\r\n',
    );
    for (const secret of ['n0nce', 'c0', '5ecret', '0p']) expect(shown).not.toContain(`"${secret}"`);
    expect(shown).toContain('username="alice", realm="example.com"');
    expect(shown).toContain('nc=00000001');
    expect(shown).toContain('To: <sip:alice@example.com>');
  });
  it.each(['WWW-Authenticate', 'Proxy-Authenticate', 'proxy-authorization', 'Authentication-Info'])(
    'knows %s',
    (name) => {
      expect(redact(`${name}: Digest realm="r", nonce="s3cret", nextnonce=s3cret`)).not.toContain('s3cret');
    },
  );
  it('hides the whole value of a scheme it does not know', () => {
    expect(redact('Authorization: Bearer abc.def')).toBe('Authorization: (removed)');
  });
  it('hides ICE passwords and SDES keys, RFC 8839 §5.4, RFC 4568', () => {
    const shown = redact(
      'a=ice-ufrag:ab\r\na=ice-pwd:s3cret\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:s3cret\r\na=mid:0\r\n',
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
