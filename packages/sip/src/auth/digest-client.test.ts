import { describe, expect, it } from 'vitest';
import { createRequest, createResponse } from '../message/create.ts';
import type { AuthValue } from '../message/credentials.ts';
import { Headers } from '../message/headers.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import { utf8Encode } from '../runtime/bytes.ts';
import { digestResponse, ha1 } from './digest.ts';
import { DigestClient, type DigestClientOptions, type DigestSnapshot } from './digest-client.ts';
import { readDigestCredentials, verifyDigest } from './digest-server.ts';

function client(options: Partial<DigestClientOptions> = {}): DigestClient {
  let next = 0;
  const random = { bytes: (length: number) => new Uint8Array(length).fill(next++), number: () => 0 };
  return new DigestClient({ random, credentials: { username: 'alice', password: 'secret' }, ...options });
}

function request(method = 'INVITE', uri = 'sip:bob@example.com;x=1'): SipRequest {
  const headers = Headers.of(
    ['Via', 'SIP/2.0/UDP h;branch=z9hG4bK1'],
    ['From', '<sip:a@h>;tag=1'],
    ['To', '<sip:b@h>'],
    ['Call-ID', 'c'],
    ['CSeq', `1 ${method}`],
  );
  return createRequest({ method, uri, headers, body: 'v=0\r\n' });
}

function challenged(to: SipRequest, status: number, ...values: readonly string[]): SipResponse {
  const name = status === 401 ? 'WWW-Authenticate' : 'Proxy-Authenticate';
  return createResponse(to, status, { headers: values.map((value) => [name, value] as const) });
}

function answered(from: DigestClient, to: SipRequest, response: SipResponse): SipRequest {
  const result = from.answer(to, response);
  if ('failed' in result) throw new Error(result.failed);
  return result;
}

/** Whether a server that knows alice's password would let the request pass. */
function passes(of: SipRequest, credentials: AuthValue | undefined, username = 'alice', password = 'secret'): boolean {
  const read = credentials && readDigestCredentials(credentials);
  if (read === undefined || read.uri !== of.uriText) return false;
  return verifyDigest(read, of, ha1(read.algorithm.hash, username, read.realm, password));
}

describe('DigestClient', () => {
  it.each(['MD5', 'SHA-256', 'SHA-512-256', 'MD5-sess', 'SHA-256-sess', 'sha-256', undefined])(
    'answers %s with the right response',
    (algorithm) => {
      for (const qop of ['', ', qop="auth"', ', qop="auth-int"', ', qop="auth-int, auth"']) {
        const text = `Digest realm="r", nonce="n"${qop}${algorithm === undefined ? '' : `, algorithm=${algorithm}`}`;
        const signed = answered(client(), request(), challenged(request(), 401, text));
        expect(passes(signed, signed.authorization[0]), text).toBe(true);
        expect(signed.authorization[0]?.get('algorithm')).toBe(algorithm);
      }
    },
  );

  it('takes the topmost challenge of a realm it can answer (RFC 8760 §2.4, trap 4.8 #107, REG-036)', () => {
    const signed = answered(
      client(),
      request(),
      challenged(
        request(),
        401,
        'Basic realm="r"',
        'Digest realm="r", nonce="1", algorithm=SHA-1024',
        'Digest realm="r", nonce="2", algorithm=SHA-256, qop="auth"',
        'Digest realm="r", nonce="3", algorithm=MD5, qop="auth"',
      ),
    );
    expect(signed.authorization.map((each) => each.get('nonce'))).toEqual(['2']);
  });

  it('answers every realm of one response, and 401 and 407 together (§22.3, trap 4.8 #107)', () => {
    const both = challenged(request(), 407, 'Digest realm="p1", nonce="1"', 'Digest realm="p2", nonce="2"');
    const response = both.with({ headers: both.headers.append('WWW-Authenticate', 'Digest realm="u", nonce="3"') });
    const signed = answered(client(), request(), response);
    expect(signed.proxyAuthorization.map((each) => each.get('realm'))).toEqual(['p1', 'p2']);
    expect(signed.authorization.map((each) => each.get('realm'))).toEqual(['u']);
  });

  it('keeps the credentials for one realm when the next one asks, counted anew (traps 4.8 #107, 4.8 #108)', () => {
    const digest = client();
    const first = answered(digest, request(), challenged(request(), 407, 'Digest realm="p", nonce="1", qop="auth"'));
    const second = answered(digest, first, challenged(first, 401, 'Digest realm="u", nonce="2", qop="auth"'));
    expect(second.proxyAuthorization.map((each) => each.get('nc'))).toEqual(['00000002']);
    expect(second.authorization.map((each) => each.get('nc'))).toEqual(['00000001']);
    expect(passes(second, second.proxyAuthorization[0])).toBe(true);
  });

  it('signs the next request before it is asked, with the next nonce count (trap 4.8 #108)', () => {
    const digest = client();
    const first = request('REGISTER');
    answered(digest, first, challenged(first, 401, 'Digest realm="r", nonce="1", qop="auth"'));
    const counts = [2, 3, 4].map(() => digest.authorize(request('REGISTER')).authorization[0]);
    expect(counts.map((each) => each?.get('nc'))).toEqual(['00000002', '00000003', '00000004']);
    expect(passes(request('REGISTER'), counts[2])).toBe(true);
  });

  it('keeps what a registrar asked for away from whom we call, until they ask for it themselves (§22.2)', () => {
    const digest = client();
    const register = request('REGISTER');
    const invite = request('INVITE');
    answered(digest, register, challenged(register, 401, 'Digest realm="r", nonce="1", qop="auth"'));
    expect(digest.authorize(invite).authorization).toEqual([]);
    answered(digest, invite, challenged(invite, 401, 'Digest realm="r", nonce="2", qop="auth"'));
    for (const method of ['INVITE', 'BYE', 'REGISTER']) {
      expect(digest.authorize(request(method)).authorization).toHaveLength(1);
    }
    // A proxy takes its own off on the way (§22.3).
    answered(digest, register, challenged(register, 407, 'Digest realm="p", nonce="3", qop="auth"'));
    expect(digest.authorize(invite).proxyAuthorization).toHaveLength(1);
  });

  it('sends cnonce and nc only with qop (trap 4.8 #108)', () => {
    const signed = answered(client(), request(), challenged(request(), 401, 'Digest realm="r", nonce="1"'));
    const [credentials] = signed.authorization;
    expect(['cnonce', 'nc', 'qop'].map((name) => credentials?.get(name))).toEqual([undefined, undefined, undefined]);
  });

  it('leaves ACK and CANCEL alone: the one repeats the credentials of its INVITE, the other has none (§22.1, trap 4.8 #108)', () => {
    const digest = client();
    answered(digest, request(), challenged(request(), 401, 'Digest realm="r", nonce="1"'));
    const [ack, cancel] = [request('ACK'), request('CANCEL')];
    expect([digest.authorize(ack), digest.authorize(cancel)]).toEqual([ack, cancel]);
  });

  it.each(['stale=true', 'stale=TRUE', 'stale="true"', 'algorithm=MD5'])(
    'tries once more for a new nonce, with "%s" (trap 4.8 #109, REG-035)',
    (extra) => {
      const digest = client();
      const first = answered(digest, request(), challenged(request(), 401, 'Digest realm="r", nonce="1", qop="auth"'));
      const second = answered(
        digest,
        first,
        challenged(first, 401, `Digest realm="r", nonce="2", qop="auth", ${extra}`),
      );
      expect(second.authorization.map((each) => [each.get('nonce'), each.get('nc')])).toEqual([['2', '00000001']]);
    },
  );

  it('gives up when the same nonce comes back: the password is wrong (trap 4.8 #109)', () => {
    const digest = client();
    const first = answered(digest, request(), challenged(request(), 401, 'Digest realm="r", nonce="1", qop="auth"'));
    expect(digest.answer(first, challenged(first, 401, 'Digest realm="r", nonce="1", qop="auth"'))).toEqual({
      failed: 'wrong-credentials',
    });
  });

  it('never loops with a server that has a new nonce each time (trap 4.8 #112)', () => {
    const digest = client();
    let current: SipRequest | { readonly failed: string } = request();
    let rounds = 0;
    while ('method' in current && rounds < 10) {
      const sent: SipRequest = current.with({ headers: current.headers.with('CSeq', `${rounds + 1} INVITE`) });
      current = digest.answer(
        sent,
        challenged(sent, 401, `Digest realm="r", nonce="n${rounds}", stale=true, qop="auth"`),
      );
      rounds++;
    }
    expect([rounds, current]).toEqual([3, { failed: 'wrong-credentials' }]);
  });

  it('begins anew with each request: an expired nonce costs one round trip and no more (trap 4.8 #112)', () => {
    const digest = client();
    answered(digest, request(), challenged(request(), 401, 'Digest realm="r", nonce="0", qop="auth"'));
    for (let i = 1; i < 6; i++) {
      const signed = digest.authorize(request());
      const again = answered(digest, signed, challenged(signed, 401, `Digest realm="r", nonce="${i}", qop="auth"`));
      expect(again.authorization[0]?.get('nonce')).toBe(`${i}`);
    }
  });

  it('takes up nextnonce and counts from one again (RFC 7616 §3.5, trap 4.8 #112)', () => {
    const digest = client();
    const signed = answered(digest, request(), challenged(request(), 401, 'Digest realm="r", nonce="1", qop="auth"'));
    digest.accepted(
      signed,
      createResponse(signed, 200, { headers: [['Authentication-Info', 'nextnonce="next", qop=auth, nc=00000001']] }),
    );
    const [credentials] = digest.authorize(request()).authorization;
    expect([credentials?.get('nonce'), credentials?.get('nc')]).toEqual(['next', '00000001']);
    digest.accepted(signed, createResponse(signed, 200, { headers: [['Authentication-Info', 'nonsense,,']] }));
    expect(digest.authorize(request()).authorization[0]?.get('nonce')).toBe('next');
  });

  it.each(['auth', 'auth-int'] as const)(
    'checks rspauth with %s, and forgets the nonce of a server that does not know the password (RFC 7616 §3.5, trap 4.8 #112)',
    (qop) => {
      const digest = client();
      const signed = answered(
        digest,
        request(),
        challenged(request(), 401, `Digest realm="r", nonce="1", algorithm=SHA-256, qop="${qop}"`),
      );
      const sent = signed.authorization[0];
      const ok = (password: string, body = 'v=0\r\n') => {
        const rspauth = digestResponse({
          algorithm: { hash: 'SHA-256', session: false },
          ha1: ha1('SHA-256', 'alice', 'r', password),
          method: '',
          uri: signed.uriText,
          nonce: '1',
          qop,
          nc: '00000001',
          cnonce: sent?.get('cnonce'),
          body: utf8Encode(body),
        });
        const info = `qop=${qop}, rspauth="${rspauth}", cnonce="${sent?.get('cnonce')}", nc=00000001, nextnonce="2"`;
        const headers = [['Authentication-Info', info]] as const;
        return digest.accepted(signed, createResponse(signed, 200, { headers, body: 'v=0\r\n' }));
      };
      expect(ok('secret')).toBe(true);
      expect(digest.authorize(request()).authorization[0]?.get('nonce')).toBe('2');
      expect(ok('secret', 'v=1\r\n')).toBe(qop === 'auth');
      expect(ok('guessed')).toBe(qop === 'auth-int');
      expect(digest.authorize(request()).authorization).toEqual([]);
    },
  );

  it('counts a nonce on that comes again for another request (RFC 7616 §3.4, trap 4.8 #108)', () => {
    const digest = client();
    const ask = (method: string) => {
      const first = request(method);
      const signed = answered(digest, first, challenged(first, 401, 'Digest realm="r", nonce="1", qop="auth"'));
      return signed.authorization[0]?.get('nc');
    };
    expect([ask('REGISTER'), ask('INVITE')]).toEqual(['00000001', '00000002']);
  });

  it('goes on from a snapshot: nonces are counted on, and no weaker algorithm is answered than before (RFC 7616 §5.7, trap 4.8 #108)', () => {
    const first = client();
    const strong = 'Digest realm="r", nonce="1", algorithm=SHA-256, qop="auth"';
    answered(first, request(), challenged(request(), 401, strong));
    const before = JSON.parse(JSON.stringify(first.snapshot())) as DigestSnapshot;
    expect(JSON.stringify(before)).not.toContain('secret');
    const second = client({ before });
    const signed = second.authorize(request());
    expect(signed.authorization.map((each) => [each.get('nonce'), each.get('nc')])).toEqual([['1', '00000002']]);
    expect(passes(signed, signed.authorization[0])).toBe(true);
    expect(second.answer(signed, challenged(signed, 401, 'Digest realm="r", nonce="2", algorithm=MD5'))).toEqual({
      failed: 'unsupported',
    });
    // The nonce may have been used on after the snapshot: refused once, it does not mean a wrong password yet.
    const again = answered(second, signed, challenged(signed, 401, strong));
    expect(again.authorization[0]?.get('nc')).toBe('00000003');
    expect(second.answer(again, challenged(again, 401, strong))).toEqual({ failed: 'wrong-credentials' });
    expect(client({ before, realms: ['other'] }).authorize(request()).authorization).toEqual([]);
  });

  it('prefers auth, takes auth-int over the exact body, and no other qop (trap 4.8 #110)', () => {
    const qop = (offer: string) => {
      const result = client().answer(
        request(),
        challenged(request(), 401, `Digest realm="r", nonce="1", qop="${offer}"`),
      );
      return 'failed' in result ? result.failed : result.authorization[0]?.raw('qop');
    };
    expect([qop('auth-int,auth'), qop('AUTH'), qop('auth-int'), qop('token'), qop('')]).toEqual([
      'auth',
      'auth',
      'auth-int',
      'unsupported',
      undefined,
    ]);
  });

  it('writes uri as the Request-URI is, echoes opaque, and quotes what must be (traps 4.8 #110, 4.8 #111)', () => {
    const digest = client({ credentials: { username: 'al"ice\\', password: 'secret' } });
    const signed = answered(
      digest,
      request(),
      challenged(request(), 401, 'Digest realm="a \\"b\\" c", nonce="n", opaque="", algorithm="MD5", qop="auth"'),
    );
    const [credentials] = signed.authorization;
    expect(credentials?.raw('username')).toBe('"al\\"ice\\\\"');
    expect([credentials?.get('realm'), credentials?.get('uri'), credentials?.raw('opaque')]).toEqual([
      'a "b" c',
      'sip:bob@example.com;x=1',
      '""',
    ]);
    expect([credentials?.raw('qop'), credentials?.raw('nc'), credentials?.raw('algorithm')]).toEqual([
      'auth',
      '00000001',
      'MD5',
    ]);
    expect(passes(signed, credentials, 'al"ice\\')).toBe(true);
  });

  it('sends names in UTF-8, composed, and hashed when the server wishes (RFC 7616 §3.4.4, trap 4.8 #111)', () => {
    const digest = client({ credentials: { username: 'Jäsøn', password: 'pässword' } });
    const signed = answered(
      digest,
      request(),
      challenged(request(), 401, 'Digest realm="r", nonce="n", charset=UTF-8, algorithm=SHA-256'),
    );
    expect(passes(signed, signed.authorization[0], 'Jäsøn', 'pässword')).toBe(true);
    const decomposed = client({ credentials: { username: 'Ja\u0308søn', password: 'pa\u0308ssword' } });
    const same = answered(
      decomposed,
      request(),
      challenged(request(), 401, 'Digest realm="r", nonce="n", userhash=true, algorithm=SHA-256'),
    );
    expect(same.authorization[0]?.get('username')).toMatch(/^[0-9a-f]{64}$/);
    expect(same.authorization[0]?.raw('userhash')).toBe('true');
    expect(passes(same, same.authorization[0], 'Jäsøn', 'pässword')).toBe(true);
  });

  it('answers no realm but its own, so that no peer can ask for a hash', () => {
    const digest = client({ realms: ['mine'] });
    expect(digest.answer(request(), challenged(request(), 401, 'Digest realm="other", nonce="n"'))).toEqual({
      failed: 'unsupported',
    });
    const signed = answered(
      digest,
      request(),
      challenged(request(), 407, 'Digest realm="other", nonce="n"', 'Digest realm="mine", nonce="n"'),
    );
    expect(signed.proxyAuthorization.map((each) => each.get('realm'))).toEqual(['mine']);
  });

  it('answers no weaker algorithm than it was asked for before in that realm', () => {
    const weaker = (digest: DigestClient) => {
      answered(digest, request(), challenged(request(), 401, 'Digest realm="r", nonce="1", algorithm=SHA-256'));
      return digest.answer(request(), challenged(request(), 401, 'Digest realm="r", nonce="2", algorithm=MD5'));
    };
    expect(weaker(client())).toEqual({ failed: 'unsupported' });
    expect('failed' in weaker(client({ allowDowngrade: true }))).toBe(false);
  });

  it('works from stored hashes, each for its algorithm', () => {
    const digest = client({
      credentials: { username: 'alice', ha1: { sha256: ha1('SHA-256', 'alice', 'r', 'secret') } },
    });
    expect(digest.answer(request(), challenged(request(), 401, 'Digest realm="r", nonce="1", algorithm=MD5'))).toEqual({
      failed: 'unsupported',
    });
    const signed = answered(
      digest,
      request(),
      challenged(request(), 401, 'Digest realm="r", nonce="1", algorithm=SHA-256'),
    );
    expect(passes(signed, signed.authorization[0])).toBe(true);
  });

  it.each([
    '',
    'Digest',
    'Digest realm="r"',
    'Digest nonce="n"',
    'Digest realm="r", nonce="n',
    'Basic realm="r"',
    'NTLM x',
  ])('gives up at "%s"', (value) => {
    expect(client().answer(request(), challenged(request(), 401, value))).toEqual({ failed: 'unsupported' });
  });
});
