import { DigestClient } from '../auth/index.ts';
import { type Challenge, isSipUri, parseUri, type SipRequest, type SipResponse } from '../message/index.ts';
import type { Random } from '../runtime/index.ts';
import type { Account } from './options.ts';

/**
 * Our answer to challenges, and who may have one. A far side could challenge us by itself to collect digests of our password, so outside of
 * REGISTER only the realms count by which the registrar challenged us, or the ones the account names.
 */
export class Credentials {
  readonly #client: DigestClient | undefined;
  readonly #fixed: boolean;
  readonly #realms: Set<string>;

  constructor(random: Random, account: Account) {
    const aor = parseUri(account.aor);
    const user = aor.ok && isSipUri(aor.value) ? aor.value.user : undefined;
    this.#fixed = account.realms !== undefined;
    this.#realms = new Set(account.realms);
    const { password, ha1 } = account;
    const username = account.username ?? user ?? '';
    const known = password !== undefined || ha1 !== undefined;
    this.#client = known ? new DigestClient({ random, credentials: { username, password, ha1 } }) : undefined;
  }

  get realms(): readonly string[] {
    return [...this.#realms];
  }

  /** Realms learnt in an earlier life. */
  learn(realms: readonly string[]): void {
    for (const realm of realms) this.#realms.add(realm);
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

  /** The next nonce the server may have named. */
  accepted(response: SipResponse): void {
    this.#client?.accepted(response);
  }

  /** The response without the challenges of foreign realms. */
  #trusted(request: SipRequest, response: SipResponse): SipResponse {
    const introduced = !this.#fixed && this.#introduces(request);
    const lines = (challenges: readonly Challenge[]) =>
      challenges
        .filter((challenge) => {
          const realm = challenge.get('realm');
          if (realm === undefined) return false;
          if (introduced) this.#realms.add(realm);
          return this.#realms.has(realm);
        })
        .map((challenge) => challenge.toString());
    const headers = response.headers
      .with('WWW-Authenticate', lines(response.authenticate))
      .with('Proxy-Authenticate', lines(response.proxyAuthenticate));
    return response.with({ headers });
  }

  /** The registrar introduces its realm. An account that never registers learns the first it meets outside of a dialog. */
  #introduces(request: SipRequest): boolean {
    return request.method === 'REGISTER' || (this.#realms.size === 0 && request.toTag === undefined);
  }
}
