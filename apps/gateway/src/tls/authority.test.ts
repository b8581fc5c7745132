import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { localCertificate, type WantedNames } from './authority.ts';
import { makeCertificate } from './certificate.ts';

const NOW = Date.UTC(2026, 0, 15);
const DAY = 24 * 60 * 60 * 1000;
const NAMES = ['192.168.1.20', 'desk.local', 'fd00::1:2', '::1'];

function needing(needed: readonly string[]): WantedNames {
  return { needed, others: [] };
}

/** What a client that trusts the authority reads from a server with that certificate. */
async function greeting(cert: string, key: string, authority: string): Promise<string> {
  const server = createServer({ cert, key }, (socket) => socket.end('hello'));
  server.on('tlsClientError', () => {});
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  try {
    return await new Promise<string>((done, failed) => {
      const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', ca: authority });
      socket.setEncoding('utf8').once('data', (data) => done(String(data)));
      socket.once('error', failed);
    });
  } finally {
    await new Promise((done) => server.close(done));
  }
}

describe('the certificate authority of an installation', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'ringback-tls-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('issues a leaf for names, IPv4 and IPv6 addresses that a TLS client verifies against the authority', async () => {
    const made = localCertificate(directory, needing(['localhost', '127.0.0.1', ...NAMES]), Date.now());
    expect(await greeting(made.chain, made.key, made.authority)).toBe('hello');
  });

  it('vouches for local names and what it was made for, and a TLS client refuses anything else (RFC 5280 §4.2.1.10)', async () => {
    const needed = ['203.0.113.7', 'phone.example.com', 'localhost'];
    const made = localCertificate(directory, { needed, others: ['desk', 'fe80::1', '2001:db8::1'] }, Date.now());
    expect(await greeting(made.chain, made.key, made.authority)).toBe('hello');
    const leaf = new X509Certificate(made.chain);
    expect(leaf.checkHost('desk')).toBe('desk');
    expect(leaf.checkIP('fe80::1')).toBe('fe80::1');
    expect(leaf.checkIP('2001:db8::1')).toBeUndefined();

    const text = readFileSync(join(directory, 'tls/authority.pem'), 'utf8');
    const issuer = {
      name: new X509Certificate(text).subject.slice(3),
      key: createPrivateKey(text.slice(text.indexOf('-----BEGIN PRIVATE'))),
    };
    for (const stolen of ['bank.example.com', '203.0.113.8', '2001:db8::1', '11.0.0.1']) {
      const forged = makeCertificate({
        subject: 'localhost',
        issuer,
        key: createPrivateKey(made.key),
        notBefore: Date.now() - DAY,
        notAfter: Date.now() + DAY,
        usage: { type: 'server', names: ['localhost', stolen] },
      });
      await expect(greeting(forged, made.key, made.authority)).rejects.toThrow('permitted subtree violation');
    }
  });

  it('is made anew only for a name that is needed and that it does not permit', () => {
    const first = localCertificate(directory, needing(NAMES), NOW);
    const others = ['2001:db8::7', 'other-name', 'desk.local'];
    expect(localCertificate(directory, { needed: NAMES, others }, NOW).fingerprint).toBe(first.fingerprint);
    const advertised = localCertificate(directory, needing([...NAMES, 'phone.example.com']), NOW);
    expect(advertised.fingerprint).not.toBe(first.fingerprint);
    expect(localCertificate(directory, needing(NAMES), NOW).fingerprint).toBe(advertised.fingerprint);
  });

  it('writes certificates whose every field reads back as it was meant (RFC 5280 §4.1)', () => {
    const made = localCertificate(directory, needing(NAMES), NOW);
    const authority = new X509Certificate(made.authority);
    const leaf = new X509Certificate(made.chain);
    expect(authority.ca).toBe(true);
    expect(authority.verify(authority.publicKey)).toBe(true);
    expect(leaf.ca).toBe(false);
    expect(leaf.checkIssued(authority)).toBe(true);
    expect(leaf.verify(authority.publicKey)).toBe(true);
    expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    expect(leaf.validToDate.getTime() - NOW).toBe(397 * DAY);
    expect(NAMES.map((name) => (isIP(name) ? leaf.checkIP(name) : leaf.checkHost(name)))).toEqual(NAMES);
    expect(made.fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  });

  it('keeps authority and leaf over restarts', () => {
    const first = localCertificate(directory, needing(NAMES), NOW);
    expect(localCertificate(directory, needing(NAMES), NOW + DAY)).toEqual(first);
  });

  it('renews the leaf alone when the addresses change', () => {
    const first = localCertificate(directory, needing(NAMES), NOW);
    const second = localCertificate(directory, needing([...NAMES, '192.168.1.21']), NOW);
    expect(second.fingerprint).toBe(first.fingerprint);
    expect(new X509Certificate(second.chain).checkIP('192.168.1.21')).toBe('192.168.1.21');
  });

  it('renews the leaf a month before it expires', () => {
    const first = localCertificate(directory, needing(NAMES), NOW);
    const second = localCertificate(directory, needing(NAMES), NOW + 370 * DAY);
    expect(second.fingerprint).toBe(first.fingerprint);
    expect(new X509Certificate(second.chain).validToDate.getTime()).toBe(NOW + (370 + 397) * DAY);
  });

  it('keeps its keys from other users of the machine', () => {
    localCertificate(directory, needing(NAMES), NOW);
    expect(statSync(join(directory, 'tls')).mode & 0o777).toBe(0o700);
    expect(statSync(join(directory, 'tls/authority.pem')).mode & 0o777).toBe(0o600);
    expect(statSync(join(directory, 'tls/leaf.pem')).mode & 0o777).toBe(0o600);
  });
});
