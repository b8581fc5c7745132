import { type AuthValue, type Challenge, parseAuthValue } from '../message/credentials.ts';
import type { Headers } from '../message/headers.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import { decodeText, encodeText, quote } from '../message/text.ts';
import { latin1Encode } from '../runtime/bytes.ts';
import { LazyMap } from '../runtime/lazy.ts';
import { type Random, token } from '../runtime/random.ts';
import { type Algorithm, digestResponse, equalSecret, hashNames, hexHash, parseAlgorithm } from './digest.ts';

/** Who we are to those who challenge us. */
export interface DigestAccount {
  readonly username: string;
  readonly password?: string | undefined;
  /** Hex of H(username:realm:password), in place of the password. */
  readonly ha1?: { readonly md5?: string | undefined; readonly sha256?: string | undefined } | undefined;
}

/** What answers to challenges are made of, and which are given. */
export interface DigestClientOptions {
  readonly random: Random;
  readonly credentials: DigestAccount;
  /** Challenges of other realms get no answer, so that no peer can ask for a hash. Absent: any realm is answered. */
  readonly realms?: readonly string[] | undefined;
  /** Answer a weaker algorithm after a stronger one was asked for in that realm. Default false. */
  readonly allowDowngrade?: boolean;
  /** How often one request is signed before it counts as refused. Default 2: once, and once more for a new nonce. */
  readonly maxAttempts?: number;
  /** What an earlier client left with `snapshot`: its nonces are used on, and no weaker algorithm is answered than it met. */
  readonly before?: DigestSnapshot | undefined;
}

/** Why a challenge got no answer. */
export interface DigestFailure {
  readonly failed: 'wrong-credentials' | 'unsupported';
}

type Header = 'Authorization' | 'Proxy-Authorization';
type Asker = 'registrar' | 'other';

/** What is known of one protection space, so that the next request is signed before it is asked for (RFC 7616 §3.6). */
interface Space {
  readonly header: Header;
  readonly realm: string;
  readonly algorithm: Algorithm;
  readonly algorithmText: string | undefined;
  readonly qop: 'auth' | 'auth-int' | undefined;
  readonly opaque: string | undefined;
  readonly userhash: boolean;
  readonly nonce: string;
  readonly cnonce: string;
  /** Who asked for it: a registrar, somebody else, or both. */
  readonly asked: readonly Asker[];
  /** Requests signed with this nonce: the nonce count. */
  count: number;
  /** From another life, which may have used the nonce after it told of it. */
  readonly restored?: boolean;
}

/** What a client has learnt, as plain data: nonces with their counts, and the strongest algorithm each realm asked for. No secret. */
export interface DigestSnapshot {
  readonly spaces: readonly Space[];
  readonly strongest: readonly (readonly [realm: string, rank: number])[];
}

function key({ header, realm }: Pick<Space, 'header' | 'realm'>): string {
  return `${header} ${realm}`;
}

/**
 * The client side of digest authentication (§22, RFC 7616, RFC 8760). Answers 401 and 407, several realms at once; keeps the
 * nonce of each realm and counts its uses; never answers a realm it was not told of, nor a weaker algorithm than before.
 */
export class DigestClient {
  readonly #options: DigestClientOptions;
  readonly #spaces = new LazyMap<string, Space>();
  /** The rank of the strongest hash asked for, by realm. */
  readonly #strongest = new LazyMap<string, number>();
  /** How often the request that carries this response was signed, for the last few. */
  readonly #attempts = new LazyMap<string, number>();

  constructor(options: DigestClientOptions) {
    this.#options = options;
    const { spaces = [], strongest = [] } = options.before ?? {};
    for (const [realm, best] of strongest) this.#strongest.set(realm, best);
    for (const space of spaces) {
      if (this.#answers(space.realm)) this.#keep({ ...space, restored: true });
    }
  }

  snapshot(): DigestSnapshot {
    const spaces = [...this.#spaces.values()];
    const strongest = [...this.#strongest.keys()].map((realm) => [realm, this.#strongest.get(realm) ?? 0] as const);
    return { spaces: spaces.map((space) => ({ ...space })), strongest };
  }

  /**
   * The request to send after a 401 or 407, or why there is none. CSeq and branch are the caller's (§22.2).
   * The credentials for other realms are kept, with a nonce count of their own.
   */
  answer(request: SipRequest, response: SipResponse): SipRequest | DigestFailure {
    const chosen = this.#choose(response, askerOf(request));
    if (chosen.length === 0) return { failed: 'unsupported' };
    const { maxAttempts = 2 } = this.#options;
    let attempts = 0;
    for (const { space, stale } of chosen) {
      const sent = ownCredentials(request.headers, space.header, space.realm);
      if (sent === undefined) continue;
      const before = this.#attempts.get(sent.get('response') ?? '') ?? 0;
      attempts = Math.max(attempts, before);
      const restored = this.#at(space.header, space.realm)?.restored;
      if (sent.get('nonce') === space.nonce && !stale && !restored) return { failed: 'wrong-credentials' };
      if (before >= maxAttempts) return { failed: 'wrong-credentials' };
    }
    for (const { space } of chosen) {
      this.#keep(space);
      this.#strongest.set(space.realm, Math.max(rank(space.algorithm), this.#strongest.get(space.realm) ?? 0));
    }
    return this.#sign(request, attempts + 1, (space) => {
      const challenged = chosen.some((each) => each.space === space);
      return challenged || ownCredentials(request.headers, space.header, space.realm) !== undefined;
    });
  }

  /**
   * The request with credentials for every realm that may ask for them. `Authorization` goes from end to end, so what a
   * registrar asked for is for the registrar: whoever we call could guess the password by it (§22.2). An ACK repeats the
   * credentials of its INVITE, a CANCEL has none (§22.1).
   */
  authorize(request: SipRequest): SipRequest {
    if (request.method === 'ACK' || request.method === 'CANCEL') return request;
    const asker = askerOf(request);
    return this.#sign(request, 0, ({ header, asked }) => header === 'Proxy-Authorization' || asked.includes(asker));
  }

  /**
   * Reads the Authentication-Info of a 2xx (RFC 7616 §3.5): takes up the next nonce. False: its `rspauth` is not made with our password; then
   * the nonce is forgotten, for whoever answered is not who we share a secret with.
   */
  accepted(request: SipRequest, response: SipResponse): boolean {
    let genuine = true;
    for (const [name, header] of INFOS) {
      // Nobody will challenge it any more.
      for (const each of request.headers.all(header))
        this.#attempts.delete(parseAuthValue(each)?.get('response') ?? '');
      const value = response.headers.get(name);
      const info = value === undefined ? undefined : parseAuthValue(`Digest ${value}`);
      if (!info) continue;
      const all = request.headers.all(header).flatMap((each) => parseAuthValue(each) ?? []);
      const sent =
        all.find((each) => info.get('cnonce') === each.get('cnonce')) ?? (all.length === 1 ? all[0] : undefined);
      const space = this.#at(header, sent?.get('realm') ?? '');
      if (!sent || !space) continue;
      const nonce = info.get('nextnonce');
      if (!this.#genuine(space, sent, info, response.body)) {
        genuine = false;
        this.#spaces.delete(key(space));
      } else if (nonce !== undefined) {
        this.#keep({ ...space, nonce, cnonce: token(this.#options.random), count: 0, restored: false });
      }
    }
    return genuine;
  }

  #genuine(space: Space, sent: AuthValue, info: AuthValue, body: Uint8Array): boolean {
    const rspauth = info.get('rspauth');
    if (rspauth === undefined) return true;
    const { algorithm, realm } = space;
    const [uri = '', nonce = '', nc, cnonce] = ['uri', 'nonce', 'nc', 'cnonce'].map((name) => sent.get(name));
    const asked = (info.get('qop') ?? sent.get('qop'))?.toLowerCase();
    const qop = asked === 'auth' || asked === 'auth-int' ? asked : undefined;
    const ha1 = this.#ha1(realm, algorithm) ?? '';
    return equalSecret(
      digestResponse({ algorithm, ha1, method: '', uri, nonce, qop, nc, cnonce, body }),
      rspauth.toLowerCase(),
    );
  }

  /** The topmost challenge of each realm that can be answered (RFC 8760 §2.4). */
  #choose(response: SipResponse, asker: Asker): { readonly space: Space; readonly stale: boolean }[] {
    const chosen: { space: Space; stale: boolean }[] = [];
    for (const header of HEADERS) {
      const challenges = header === 'Authorization' ? response.authenticate : response.proxyAuthenticate;
      for (const challenge of challenges) {
        const space = this.#space(header, challenge, asker);
        if (space === undefined) continue;
        if (chosen.some((each) => each.space.header === header && each.space.realm === space.realm)) continue;
        chosen.push({ space, stale: challenge.get('stale')?.toLowerCase() === 'true' });
      }
    }
    return chosen;
  }

  #space(header: Header, challenge: Challenge, asker: Asker): Space | undefined {
    const realm = challenge.get('realm');
    const nonce = challenge.get('nonce');
    const algorithmText = challenge.get('algorithm');
    const algorithm = parseAlgorithm(algorithmText);
    if (!challenge.isDigest || realm === undefined || nonce === undefined || algorithm === undefined) return undefined;
    if (!this.#answers(realm) || this.#ha1(realm, algorithm) === undefined) return undefined;
    if (!this.#options.allowDowngrade && rank(algorithm) < (this.#strongest.get(realm) ?? 0)) return undefined;
    const offered: readonly string[] =
      challenge
        .get('qop')
        ?.toLowerCase()
        .match(/[^\s,]+/g) ?? [];
    const qop = offered.includes('auth') ? 'auth' : offered.includes('auth-int') ? 'auth-int' : undefined;
    if (qop === undefined && offered.length > 0) return undefined;
    const opaque = challenge.get('opaque');
    const userhash = challenge.get('userhash')?.toLowerCase() === 'true';
    const cnonce = token(this.#options.random);
    const known = this.#at(header, realm);
    const asked = [...new Set([...(known?.asked ?? []), asker])];
    // A nonce that comes again is counted on: a count that comes again is a replay (RFC 7616 §3.4).
    const count = known?.nonce === nonce ? known.count : 0;
    return { header, realm, algorithm, algorithmText, qop, opaque, userhash, nonce, cnonce, asked, count };
  }

  #at(header: Header, realm: string): Space | undefined {
    return this.#spaces.get(key({ header, realm }));
  }

  #keep(space: Space): void {
    this.#spaces.set(key(space), space);
  }

  #answers(realm: string): boolean {
    return this.#options.realms?.includes(decodeText(realm)) ?? true;
  }

  #sign(request: SipRequest, attempts: number, wanted: (space: Space) => boolean): SipRequest {
    let { headers } = request;
    for (const space of this.#spaces.values()) {
      if (!wanted(space)) continue;
      const { text, response } = this.#credentials(space, request);
      this.#remember(response, attempts);
      headers = withoutRealm(headers, space.header, space.realm).append(space.header, text);
    }
    return headers === request.headers ? request : request.with({ headers });
  }

  #credentials(space: Space, request: SipRequest): { readonly text: string; readonly response: string } {
    const { realm, nonce, algorithm, qop } = space;
    space.count++;
    const uri = request.uriText;
    const nc = space.count.toString(16).padStart(8, '0');
    const cnonce = qop === undefined && !algorithm.session ? undefined : space.cnonce;
    const ha1 = this.#ha1(realm, algorithm) ?? '';
    const response = digestResponse({
      algorithm,
      ha1,
      method: request.method,
      uri,
      nonce,
      qop,
      nc,
      cnonce,
      body: request.body,
    });
    const name = encodeText(this.#options.credentials.username.normalize('NFC'));
    const username = space.userhash ? hexHash(algorithm.hash, latin1Encode(`${name}:${realm}`)) : name;
    const params = [`username=${quote(username)}`, `realm=${quote(realm)}`, `nonce=${quote(nonce)}`];
    params.push(`uri=${quote(uri)}`, `response="${response}"`);
    if (space.algorithmText !== undefined) params.push(`algorithm=${space.algorithmText}`);
    if (cnonce !== undefined) params.push(`cnonce="${cnonce}"`);
    if (space.opaque !== undefined) params.push(`opaque=${quote(space.opaque)}`);
    // Unquoted here, though the challenge quotes it (RFC 7616 §3.4).
    if (qop !== undefined) params.push(`qop=${qop}`, `nc=${nc}`);
    if (space.userhash) params.push('userhash=true');
    return { text: `Digest ${params.join(', ')}`, response };
  }

  #ha1(realm: string, { hash }: Algorithm): string | undefined {
    const { username, password, ha1 } = this.#options.credentials;
    const stored = hash === 'MD5' ? ha1?.md5 : hash === 'SHA-256' ? ha1?.sha256 : undefined;
    if (stored !== undefined) return stored;
    if (password === undefined) return undefined;
    const secret = `${encodeText(username.normalize('NFC'))}:${realm}:${encodeText(password.normalize('NFC'))}`;
    return hexHash(hash, latin1Encode(secret));
  }

  #remember(response: string, attempts: number): void {
    this.#attempts.set(response, attempts);
    for (const oldest of this.#attempts.keys()) {
      if (this.#attempts.size <= REMEMBERED) break;
      this.#attempts.delete(oldest);
    }
  }
}

const HEADERS = ['Authorization', 'Proxy-Authorization'] as const;
const INFOS = [
  ['Authentication-Info', 'Authorization'],
  ['Proxy-Authentication-Info', 'Proxy-Authorization'],
] as const;
const REMEMBERED = 256;

function askerOf({ method }: SipRequest): Asker {
  return method === 'REGISTER' ? 'registrar' : 'other';
}

function rank({ hash }: Algorithm): number {
  return hashNames.indexOf(hash);
}

function ownCredentials(headers: Headers, header: Header, realm: string): AuthValue | undefined {
  return headers
    .all(header)
    .map((value) => parseAuthValue(value))
    .find((credentials) => credentials?.isDigest === true && credentials.get('realm') === realm);
}

/** Without the line that answers this realm; the lines of other realms stay. */
function withoutRealm(headers: Headers, header: Header, realm: string): Headers {
  const kept = headers.all(header).filter((value) => parseAuthValue(value)?.get('realm') !== realm);
  return headers.has(header) ? headers.with(header, kept) : headers;
}
