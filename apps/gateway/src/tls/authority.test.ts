import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { localCertificate } from './authority.ts';

const NOW = Date.UTC(2026, 0, 15);
const DAY = 24 * 60 * 60 * 1000;
const NAMES = ['192.168.1.20', 'desk.local', 'fd00::1:2', '::1'];

describe('the certificate authority of an installation', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'ringback-tls-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('issues a leaf for names, IPv4 and IPv6 addresses that a TLS client verifies against the authority', async () => {
    const made = localCertificate(directory, ['localhost', '127.0.0.1'], Date.now());
    const server = createServer({ cert: made.chain, key: made.key }, (socket) => socket.end('hello'));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as { port: number };
    const text = await new Promise<string>((done, failed) => {
      const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', ca: made.authority });
      socket.setEncoding('utf8').once('data', (data) => done(String(data)));
      socket.once('error', failed);
    });
    expect(text).toBe('hello');
    await new Promise((done) => server.close(done));
  });

  it('writes certificates whose every field reads back as it was meant (RFC 5280 §4.1)', () => {
    const made = localCertificate(directory, NAMES, NOW);
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
    const first = localCertificate(directory, NAMES, NOW);
    expect(localCertificate(directory, NAMES, NOW + DAY)).toEqual(first);
  });

  it('renews the leaf alone when the addresses change', () => {
    const first = localCertificate(directory, NAMES, NOW);
    const second = localCertificate(directory, [...NAMES, '192.168.1.21'], NOW);
    expect(second.fingerprint).toBe(first.fingerprint);
    expect(new X509Certificate(second.chain).checkIP('192.168.1.21')).toBe('192.168.1.21');
  });

  it('renews the leaf a month before it expires', () => {
    const first = localCertificate(directory, NAMES, NOW);
    const second = localCertificate(directory, NAMES, NOW + 370 * DAY);
    expect(second.fingerprint).toBe(first.fingerprint);
    expect(new X509Certificate(second.chain).validToDate.getTime()).toBe(NOW + (370 + 397) * DAY);
  });

  it('keeps its keys from other users of the machine', () => {
    localCertificate(directory, NAMES, NOW);
    expect(statSync(join(directory, 'tls')).mode & 0o777).toBe(0o700);
    expect(statSync(join(directory, 'tls/authority.pem')).mode & 0o777).toBe(0o600);
    expect(statSync(join(directory, 'tls/leaf.pem')).mode & 0o777).toBe(0o600);
  });
});
