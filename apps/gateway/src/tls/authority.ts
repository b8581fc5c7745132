import { createPrivateKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { makeCertificate, permittedSubtree } from './certificate.ts';
import { isLocal, just, LOCAL } from './local-names.ts';

export interface LocalCertificate {
  /** Leaf and authority, PEM. */
  readonly chain: string;
  readonly key: string;
  /** What devices are asked to trust, PEM. */
  readonly authority: string;
  /** SHA-256 of the authority's certificate, colon-separated hex: what a person compares. */
  readonly fingerprint: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const AUTHORITY_LIFETIME_MS = 3650 * DAY_MS;
/** Browsers refuse longer ones. */
const LEAF_LIFETIME_MS = 397 * DAY_MS;
const RENEW_BEFORE_MS = 30 * DAY_MS;

/**
 * Certificates for the local network, where no public authority can help: an authority of this installation, kept in the
 * data directory so that devices trust it once, and a leaf for the present names and addresses, renewed when they change.
 *
 * The authority is limited (RFC 5280 §4.2.1.10) to what is local and to the names of the day it was made: whoever steals its
 * key cannot be anybody else to the devices that trust it. It is made anew only when it does not permit a name that is
 * `needed`; one of the `others` that it does not permit (a public IPv6 address changes daily) stays out of the leaf.
 */
export function localCertificate(directory: string, wanted: WantedNames, now: number): LocalCertificate {
  const folder = join(directory, 'tls');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const authority =
    read(folder, 'authority', (found) => validFor(found, now) && permits(found, wanted.needed)) ??
    write(folder, 'authority', makeAuthority(wanted, now));
  const names = [...wanted.needed, ...wanted.others.filter((name) => permits(authority, [name]))];
  const leaf =
    read(folder, 'leaf', (found) => validFor(found, now) && isIssuedBy(found, authority) && covers(found, names)) ??
    write(folder, 'leaf', makeLeaf(authority, names, now));
  return {
    chain: leaf.certificate + authority.certificate,
    key: leaf.key,
    authority: authority.certificate,
    fingerprint: new X509Certificate(authority.certificate).fingerprint256,
  };
}

export interface WantedNames {
  /** Names and addresses the gateway is told to be reached by. */
  readonly needed: readonly string[];
  /** Others it can be reached by. */
  readonly others: readonly string[];
}

interface Pair {
  readonly certificate: string;
  readonly key: string;
}

function makeAuthority({ needed, others }: WantedNames, now: number): Pair {
  const hostNames = others.filter((name) => isIP(name) === 0);
  const beyond = [...new Set([...needed, ...hostNames])].filter((name) => !isLocal(name));
  const key = newKey();
  const name = `Ringback on this network ${new Date(now).toISOString().slice(0, 10)}`;
  const certificate = makeCertificate({
    subject: name,
    issuer: { name, key },
    key,
    notBefore: now - DAY_MS,
    notAfter: now + AUTHORITY_LIFETIME_MS,
    usage: { type: 'authority', permitted: [...LOCAL, ...beyond.map(just)] },
  });
  return { certificate, key: exported(key) };
}

function makeLeaf(authority: Pair, names: readonly string[], now: number): Pair {
  const key = newKey();
  const issuer = new X509Certificate(authority.certificate).subject.replace(/^CN=/, '');
  const certificate = makeCertificate({
    subject: names[0] ?? 'Ringback',
    issuer: { name: issuer, key: createPrivateKey(authority.key) },
    key,
    notBefore: now - DAY_MS,
    notAfter: now + LEAF_LIFETIME_MS,
    usage: { type: 'server', names },
  });
  return { certificate, key: exported(key) };
}

/** Whether the authority is limited to what is local, and these names. */
function permits({ certificate }: Pair, names: readonly string[]): boolean {
  const { raw } = new X509Certificate(certificate);
  const beyond = names.filter((name) => !isLocal(name)).map(just);
  return [...LOCAL, ...beyond].every((each) => raw.includes(Buffer.from(permittedSubtree(each))));
}

function validFor({ certificate }: Pair, now: number): boolean {
  const { validFromDate, validToDate } = new X509Certificate(certificate);
  return validFromDate.getTime() <= now && validToDate.getTime() - RENEW_BEFORE_MS > now;
}

function isIssuedBy(leaf: Pair, authority: Pair): boolean {
  const issuer = new X509Certificate(authority.certificate);
  return new X509Certificate(leaf.certificate).verify(issuer.publicKey);
}

function covers({ certificate }: Pair, names: readonly string[]): boolean {
  const leaf = new X509Certificate(certificate);
  return names.every((name) => (isIP(name) === 0 ? leaf.checkHost(name) : leaf.checkIP(name)) !== undefined);
}

function newKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

function exported(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function read(folder: string, name: string, usable: (pair: Pair) => boolean): Pair | undefined {
  const file = join(folder, `${name}.pem`);
  if (!existsSync(file)) return undefined;
  try {
    const text = readFileSync(file, 'utf8');
    const key = text.slice(text.indexOf('-----BEGIN PRIVATE KEY-----'));
    const pair = { certificate: text.slice(0, text.length - key.length), key };
    createPrivateKey(pair.key);
    return usable(pair) ? pair : undefined;
  } catch {
    return undefined;
  }
}

/** Certificate and key in one file of mode 0600, put in place by a rename: never one without the other. */
function write(folder: string, name: string, pair: Pair): Pair {
  const file = join(folder, `${name}.pem`);
  writeFileSync(`${file}.new`, pair.certificate + pair.key, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return pair;
}
