import { DigestClient } from '../auth/index.ts';
import { type Challenge, decodeText, isSipUri, parseUri, type SipRequest, type SipResponse } from '../message/index.ts';
import type { Log, Random } from '../runtime/index.ts';
import { LazySet } from '../runtime/lazy.ts';
import type { Account, RegistrationSnapshot } from './options.ts';

/**
 * Our answer to challenges, and who may have one. A far side could challenge us by itself to collect digests of our password, so outside of
 * REGISTER only the realms count by which the registrar challenged us, or the ones the account names.
 */
export class Credentials {
  readonly #client: DigestClient | undefined;
  readonly #fixed: boolean;
  readonly #realms = new LazySet<string>();
  readonly #domain: string | undefined;
  readonly #log: Log;

  /** `before`: what was learnt in an earlier life. */
  constructor(random: Random, log: Log, account: Account, before?: RegistrationSnapshot) {
    this.#log = log;
    const aor = parseUri(account.aor);
    const own = aor.ok && isSipUri(aor.value) ? aor.value : undefined;
    this.#domain = own?.host.toLowerCase();
    this.#fixed = account.realms !== undefined;
    for (const realm of account.realms ?? before?.realms ?? []) this.#realms.add(realm);
    const { password, ha1 } = account;
    const username = account.username ?? own?.user ?? '';
    const known = password !== undefined || ha1 !== undefined;
    this.#client = known
      ? new DigestClient({
          random,
          credentials: { username, password, ha1 },
          ...(this.#fixed && { realms: [...this.#realms] }),
          before: before?.digest,
        })
      : undefined;
  }

  snapshot(): Pick<RegistrationSnapshot, 'realms' | 'digest'> {
    return { realms: [...this.#realms], ...(this.#client && { digest: this.#client.snapshot() }) };
  }

  /** With credentials in advance, where a nonce is known (RFC 7616 §3.6). */
  authorize(request: SipRequest): SipRequest {
    return this.#client?.authorize(request) ?? request;
  }

  /** The request again with an answer to the challenge, or undefined: nothing to say, or it was said before and refused. */
  answer(request: SipRequest, response: SipResponse): SipRequest | undefined {
    if (!this.#client) return undefined;
    const trusted = this.#trusted(request, response);
    if (trusted.authenticate.length + trusted.proxyAuthenticate.length === 0) return undefined;
    const answered = this.#client.answer(request, trusted);
    return 'failed' in answered ? undefined : answered;
  }

  /** The next nonce the server may have named, and its proof that it knows the password too. */
  accepted(request: SipRequest, response: SipResponse): void {
    if (this.#client?.accepted(request, response) !== false) return;
    this.#log('warn', 'rspauth-wrong', { callId: response.callId, method: request.method });
  }

  /** The response without the challenges of foreign realms. */
  #trusted(request: SipRequest, response: SipResponse): SipResponse {
    const introduced = !this.#fixed && this.#introduces(request);
    const lines = (challenges: readonly Challenge[]) =>
      challenges
        .filter((challenge) => {
          const octets = challenge.get('realm');
          if (octets === undefined) return false;
          const realm = decodeText(octets);
          if (introduced) this.#realms.add(realm);
          return this.#realms.has(realm);
        })
        .map((challenge) => challenge.toString());
    const headers = response.headers
      .with('WWW-Authenticate', lines(response.authenticate))
      .with('Proxy-Authenticate', lines(response.proxyAuthenticate));
    return response.with({ headers });
  }

  /**
   * The registrar introduces its realm. An account that knows none learns the first it meets when it asks its server for something in its own
   * domain, outside of a dialog: what goes to another domain, or to the far side of a call, may be challenged by anybody.
   */
  #introduces({ method, uri, toTag }: SipRequest): boolean {
    if (method === 'REGISTER') return true;
    return this.#realms.size === 0 && toTag === undefined && isSipUri(uri) && uri.host.toLowerCase() === this.#domain;
  }
}
