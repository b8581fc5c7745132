import { createHash, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP, SocketAddress } from 'node:net';
import {
  bitString,
  boolean,
  explicit,
  implicit,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  set,
  time,
  utf8String,
} from './der.ts';

/** What an authority may vouch for: a DNS name and those below it, or a network. */
export type Permitted =
  | { readonly type: 'name'; readonly name: string }
  | { readonly type: 'network'; readonly address: string; readonly prefix: number };

export interface CertificateRequest {
  readonly subject: string;
  readonly issuer: { readonly name: string; readonly key: KeyObject };
  /** The private key whose public half is certified. */
  readonly key: KeyObject;
  readonly notBefore: number;
  readonly notAfter: number;
  /** `authority`: may sign leaves for what it permits, and nothing deeper. `server`: names and addresses it is valid for. */
  readonly usage:
    | { readonly type: 'authority'; readonly permitted: readonly Permitted[] }
    | { readonly type: 'server'; readonly names: readonly string[] };
}

/** An X.509 v3 certificate (RFC 5280 §4.1) signed with ECDSA and SHA-256, as PEM. */
export function makeCertificate(request: CertificateRequest): string {
  const publicKey = subjectPublicKeyInfo(request.key);
  const certified = sequence(
    explicit(0, integer(Uint8Array.of(2))),
    integer(randomBytes(16)),
    ECDSA_WITH_SHA256,
    commonName(request.issuer.name),
    sequence(time(request.notBefore), time(request.notAfter)),
    commonName(request.subject),
    publicKey,
    explicit(3, sequence(...extensions(request))),
  );
  const signature = sign('sha256', certified, request.issuer.key);
  return pem(sequence(certified, ECDSA_WITH_SHA256, bitString(signature)));
}

const ECDSA_WITH_SHA256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'));

function extensions({ key, issuer, usage }: CertificateRequest): readonly Uint8Array[] {
  const identifiers = [
    extension('2.5.29.14', octetString(keyIdentifier(key))),
    extension('2.5.29.35', sequence(implicit(0, keyIdentifier(issuer.key)))),
  ];
  if (usage.type === 'authority') {
    return [
      // cA TRUE, pathLenConstraint 0; keyCertSign and cRLSign (RFC 5280 §4.2.1.9, §4.2.1.3).
      critical('2.5.29.19', sequence(boolean(true), integer(Uint8Array.of(0)))),
      critical('2.5.29.15', bitString(Uint8Array.of(0x06), 1)),
      // nameConstraints: permittedSubtrees [0] (RFC 5280 §4.2.1.10).
      critical('2.5.29.30', sequence(explicit(0, ...usage.permitted.map(permittedSubtree)))),
      ...identifiers,
    ];
  }
  return [
    critical('2.5.29.19', sequence()),
    // digitalSignature; serverAuth; subjectAltName (RFC 5280 §4.2.1.3, §4.2.1.12, §4.2.1.6).
    critical('2.5.29.15', bitString(Uint8Array.of(0x80), 7)),
    extension('2.5.29.37', sequence(objectIdentifier('1.3.6.1.5.5.7.3.1'))),
    extension('2.5.29.17', sequence(...usage.names.map(generalName))),
    ...identifiers,
  ];
}

function extension(identifier: string, value: Uint8Array): Uint8Array {
  return sequence(objectIdentifier(identifier), octetString(value));
}

function critical(identifier: string, value: Uint8Array): Uint8Array {
  return sequence(objectIdentifier(identifier), boolean(true), octetString(value));
}

function commonName(name: string): Uint8Array {
  return sequence(set(sequence(objectIdentifier('2.5.4.3'), utf8String(name))));
}

/** GeneralSubtree: a dNSName with all names below it, or an iPAddress followed by its mask. */
export function permittedSubtree(permitted: Permitted): Uint8Array {
  if (permitted.type === 'name') return sequence(implicit(2, Buffer.from(permitted.name, 'latin1')));
  const octets = addressOctets(permitted.address);
  const mask = octets.map((_, index) => 0xff00 >> Math.min(8, Math.max(0, permitted.prefix - 8 * index)));
  return sequence(implicit(7, Buffer.concat([octets, mask])));
}

/** dNSName [2] or iPAddress [7]. */
function generalName(name: string): Uint8Array {
  return isIP(name) === 0 ? implicit(2, Buffer.from(name, 'latin1')) : implicit(7, addressOctets(name));
}

function addressOctets(address: string): Uint8Array {
  if (isIP(address) === 4) return Uint8Array.from(address.split('.').map(Number));
  // `SocketAddress` writes the canonical form, in which at most one `::` stands for the missing groups.
  const [head = '', tail] = new SocketAddress({ address, family: 'ipv6' }).address.split('::');
  const before = groupsOf(head);
  const after = groupsOf(tail ?? '');
  const groups = [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

function groupsOf(text: string): readonly number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [(a << 8) + b, (c << 8) + d];
  });
}

function subjectPublicKeyInfo(key: KeyObject): Uint8Array {
  return createPublicKey(key.export({ type: 'pkcs8', format: 'pem' })).export({ type: 'spki', format: 'der' });
}

/** RFC 7093 §2 (1): the leftmost 160 bits of the SHA-256 of the key. */
function keyIdentifier(key: KeyObject): Uint8Array {
  return createHash('sha256').update(subjectPublicKeyInfo(key)).digest().subarray(0, 20);
}

function pem(der: Uint8Array): string {
  const lines = Buffer.from(der)
    .toString('base64')
    .replace(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}
