import * as addresses from './addresses.ts';
import * as credentials from './credentials.ts';
import { type CSeq, type RAck, readCSeq, readRAck } from './cseq.ts';
import type { Headers } from './headers.ts';
import { type NameAddr, tagOf } from './name-addr.ts';
import * as numbers from './numbers.ts';
import { reasonPhrase } from './reason-phrase.ts';
import { type DialogReference, readJoin, readReplaces } from './replaces.ts';
import * as tokens from './tokens.ts';
import { parseUri, printUri, type Uri } from './uri.ts';
import type { Via } from './via.ts';
import { readDate, readWarnings, type Warning } from './warning.ts';

/**
 * What requests and responses have in common: headers and a body. Immutable; every getter reads its header once and
 * never throws. A malformed optional header reads as absent: `validate` tells.
 */
export abstract class SipMessage {
  abstract readonly kind: 'request' | 'response';
  readonly headers: Headers;
  readonly body: Uint8Array;

  constructor(headers: Headers, body: Uint8Array) {
    this.headers = headers;
    this.body = body;
  }

  /** The topmost Via. */
  get via(): Via {
    return addresses.readVia(this.headers);
  }
  get vias(): readonly Via[] {
    return this.headers.read(addresses.readVias);
  }
  get from(): NameAddr {
    return addresses.readFrom(this.headers);
  }
  get to(): NameAddr {
    return addresses.readTo(this.headers);
  }
  get fromTag(): string | undefined {
    return tagOf(this.from);
  }
  get toTag(): string | undefined {
    return tagOf(this.to);
  }
  /** Compares octet for octet (§20.8). */
  get callId(): string {
    return this.headers.get('call-id') ?? '';
  }
  get cseq(): CSeq {
    return readCSeq(this.headers);
  }

  /** Empty for `Contact: *`, which `contactStar` tells. */
  get contacts(): readonly NameAddr[] {
    return addresses.readContacts(this.headers);
  }
  get contactStar(): boolean {
    return this.headers.read(addresses.readContactStar);
  }
  get routes(): readonly NameAddr[] {
    return addresses.readRoutes(this.headers);
  }
  get recordRoutes(): readonly NameAddr[] {
    return addresses.readRecordRoutes(this.headers);
  }
  get paths(): readonly NameAddr[] {
    return addresses.readPaths(this.headers);
  }
  get serviceRoutes(): readonly NameAddr[] {
    return addresses.readServiceRoutes(this.headers);
  }
  get assertedIdentities(): readonly NameAddr[] {
    return addresses.readAssertedIdentities(this.headers);
  }
  get referTo(): NameAddr | undefined {
    return addresses.readReferTo(this.headers);
  }
  get referredBy(): NameAddr | undefined {
    return addresses.readReferredBy(this.headers);
  }

  get maxForwards(): number | undefined {
    return numbers.readMaxForwards(this.headers);
  }
  /** Seconds. */
  get expires(): number | undefined {
    return numbers.readExpires(this.headers);
  }
  /** Seconds. */
  get minExpires(): number | undefined {
    return this.headers.read(numbers.readMinExpires);
  }
  /** Seconds. */
  get retryAfter(): number | undefined {
    return this.headers.read(numbers.readRetryAfter);
  }
  get sessionExpires(): numbers.Interval | undefined {
    return this.headers.read(numbers.readSessionExpires);
  }
  get minSE(): numbers.Interval | undefined {
    return this.headers.read(numbers.readMinSE);
  }
  get rseq(): number | undefined {
    return this.headers.read(numbers.readRSeq);
  }
  get rack(): RAck | undefined {
    return this.headers.read(readRAck);
  }

  get contentType(): tokens.MediaType | undefined {
    return this.headers.read(tokens.readContentType);
  }
  /** As the header says; the body itself has `body.length` octets. */
  get contentLength(): number | undefined {
    return this.headers.read(numbers.readContentLength);
  }
  get contentDisposition(): tokens.TokenValue | undefined {
    return this.headers.read(tokens.readContentDisposition);
  }
  get contentEncodings(): readonly string[] {
    return this.headers.read(tokens.readContentEncodings);
  }
  get accept(): readonly tokens.MediaType[] {
    return this.headers.read(tokens.readAccept);
  }

  /** Option tags, in lower case. */
  get supported(): readonly string[] {
    return this.headers.read(tokens.readSupported);
  }
  /** Option tags, in lower case. */
  get require(): readonly string[] {
    return this.headers.read(tokens.readRequire);
  }
  /** Option tags, in lower case. */
  get proxyRequire(): readonly string[] {
    return this.headers.read(tokens.readProxyRequire);
  }
  /** Option tags, in lower case. */
  get unsupported(): readonly string[] {
    return this.headers.read(tokens.readUnsupported);
  }
  /** Methods, as written. */
  get allow(): readonly string[] {
    return this.headers.read(tokens.readAllow);
  }
  get allowEvents(): readonly string[] {
    return this.headers.read(tokens.readAllowEvents);
  }
  get event(): tokens.EventValue | undefined {
    return this.headers.read(tokens.readEvent);
  }
  get subscriptionState(): tokens.TokenValue | undefined {
    return this.headers.read(tokens.readSubscriptionState);
  }
  /** The Reason header (RFC 3326). */
  get reasons(): readonly tokens.ReasonValue[] {
    return this.headers.read(tokens.readReasons);
  }

  get warnings(): readonly Warning[] {
    return this.headers.read(readWarnings);
  }
  /** Milliseconds of the epoch; undefined for anything but a date in GMT (§20.17). */
  get date(): number | undefined {
    return this.headers.read(readDate);
  }
  get replaces(): DialogReference | undefined {
    return this.headers.read(readReplaces);
  }
  get join(): DialogReference | undefined {
    return this.headers.read(readJoin);
  }

  /** WWW-Authenticate, one challenge per line. */
  get authenticate(): readonly credentials.Challenge[] {
    return this.headers.read(credentials.readAuthenticate);
  }
  get proxyAuthenticate(): readonly credentials.Challenge[] {
    return this.headers.read(credentials.readProxyAuthenticate);
  }
  get authorization(): readonly credentials.Credentials[] {
    return this.headers.read(credentials.readAuthorization);
  }
  get proxyAuthorization(): readonly credentials.Credentials[] {
    return this.headers.read(credentials.readProxyAuthorization);
  }
}

/** A request (§7.1). */
export class SipRequest extends SipMessage {
  readonly kind = 'request';
  /** Compares with regard to case (§7.1). */
  readonly method: string;
  /** The Request-URI as written. */
  readonly uriText: string;
  #uri: Uri | undefined;

  /** `uri`: where `uriText` has been read already. */
  constructor(method: string, uriText: string, headers: Headers, body: Uint8Array, uri?: Uri) {
    super(headers, body);
    this.method = method;
    this.uriText = uriText;
    this.#uri = uri;
  }

  get uri(): Uri {
    if (this.#uri === undefined) {
      const parsed = parseUri(this.uriText);
      this.#uri = parsed.ok ? parsed.value : { scheme: '', rest: this.uriText };
    }
    return this.#uri;
  }

  /** A copy with the given parts changed. Throws where the URI could not stand in a request line. */
  with(changes: {
    readonly method?: string;
    readonly uri?: Uri | string;
    readonly headers?: Headers;
    readonly body?: Uint8Array;
  }): SipRequest {
    const { method = this.method, uri, headers = this.headers, body = this.body } = changes;
    if (uri === undefined) return new SipRequest(method, this.uriText, headers, body, this.#uri);
    const text = typeof uri === 'string' ? uri : printUri(uri);
    if (!/^[\x21-\xff]+$/.test(text)) throw new TypeError(`not a Request-URI: ${JSON.stringify(text)}`);
    return new SipRequest(method, text, headers, body);
  }
}

/** A response (§7.2). */
export class SipResponse extends SipMessage {
  readonly kind = 'response';
  readonly status: number;
  /** The reason phrase, as octets: UTF-8 goes through `decodeText`. May be empty (§7.2). */
  readonly reason: string;

  constructor(status: number, reason: string, headers: Headers, body: Uint8Array) {
    super(headers, body);
    this.status = status;
    this.reason = reason;
  }

  get isProvisional(): boolean {
    return this.status < 200;
  }
  get isSuccess(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  /** A copy with the given parts changed; a new status brings its own reason phrase. */
  with(changes: {
    readonly status?: number;
    readonly reason?: string;
    readonly headers?: Headers;
    readonly body?: Uint8Array;
  }): SipResponse {
    const { status = this.status, headers = this.headers, body = this.body } = changes;
    const reason = changes.reason ?? (status === this.status ? this.reason : reasonPhrase(status));
    return new SipResponse(status, reason, headers, body);
  }
}
