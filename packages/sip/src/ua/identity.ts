import {
  equalUri,
  isSipUri,
  type NameAddr,
  Params,
  parseUri,
  printNameAddr,
  type SipUri,
  type Uri,
} from '../message/index.ts';
import { type Random, token } from '../runtime/index.ts';
import { type Flow, isWebSocket } from '../transport/index.ts';
import type { UserAgentOptions, UserAgentSnapshot } from './options.ts';
import type { OwnContact } from './own-binding.ts';

/** From of a call that hides who calls. */
export const anonymous = 'sip:anonymous@anonymous.invalid';

/** What we call ourselves on the wire: From, Contact, Via. */
export class Identity {
  readonly aor: SipUri;
  readonly instanceId: string;
  /** Random, so that a Contact in a 200 to REGISTER is recognised even when a NAT-minded proxy changed its host. */
  readonly contactUser: string;
  readonly contactHost: string;
  /** Given by the registrar (RFC 5627); then the Contact of dialogs. */
  publicGruu: string | undefined;
  /** Temporary ones, newest first: all stay valid for as long as we are registered under one Call-ID (RFC 5627 §3.2). */
  tempGruus: readonly string[];
  /** Preloaded Route of requests outside of dialogs (RFC 3608), in the registrar's order. */
  serviceRoutes: readonly string[] = [];
  readonly #options: UserAgentOptions;

  constructor(options: UserAgentOptions, restored?: UserAgentSnapshot) {
    const aor = parseUri(options.account.aor);
    if (!aor.ok || !isSipUri(aor.value) || aor.value.user === undefined) {
      throw new TypeError(`not an address of record: ${options.account.aor}`);
    }
    this.#options = options;
    this.aor = aor.value;
    this.instanceId = options.instanceId ?? restored?.instanceId ?? `urn:uuid:${uuid(options.random)}`;
    this.contactUser = restored?.contactUser ?? token(options.random, 6);
    this.contactHost = restored?.contactHost ?? `${token(options.random, 6)}.invalid`;
    this.publicGruu = restored?.registration.publicGruu;
    this.tempGruus = restored?.registration.tempGruus ?? [];
    this.serviceRoutes = restored?.registration.serviceRoutes ?? [];
  }

  /** `hidden`: as nobody (RFC 3323 §4.1.1.3). */
  from(tag: string, hidden = false): string {
    if (hidden) return `"Anonymous" <${anonymous}>;tag=${tag}`;
    const { displayName } = this.#options.account;
    return printNameAddr({
      ...(displayName !== undefined && { displayName }),
      uri: this.aor,
      uriText: this.#options.account.aor,
      params: Params.of({ tag }),
    });
  }

  sentBy(flow: Flow): { host: string; port?: number } {
    const { contact } = this.#options;
    if (isWebSocket(flow.transport)) return { host: contact?.host ?? this.contactHost };
    return { host: contact?.host ?? bracketed(flow.local.host), port: contact?.port ?? flow.local.port };
  }

  /** The URI we register. Over WebSockets a name nobody resolves, `transport=ws` for `wss` too (RFC 7118 §5.2). */
  contactUri(flow: Flow): string {
    const { host, port } = this.sentBy(flow);
    const at = port === undefined ? host : `${host}:${port}`;
    const transport = isWebSocket(flow.transport) ? 'ws' : flow.transport.toLowerCase();
    return `sip:${this.contactUser}@${at}${transport === 'udp' ? '' : `;transport=${transport}`}`;
  }

  /** By what our binding is found among those of the AOR. */
  ownContact(flow: Flow, regId: number): OwnContact {
    return { regId, uri: this.contactUri(flow), user: this.contactUser, instanceId: this.instanceId };
  }

  /**
   * Contact of dialogs: the public GRUU, of one where we are nobody (`hidden`) a temporary one (RFC 5627 §3.3). It goes without `ob`: a dialog
   * pinned to the flow it began on would die with it (RFC 5626 §4.3).
   */
  dialogContact(flow: Flow, hidden = false): string {
    return `<${(hidden ? this.tempGruus[0] : this.publicGruu) ?? this.contactUri(flow)}>`;
  }

  /** Takes up the GRUUs of a binding (RFC 5627 §4.2). */
  learnGruus({ params }: NameAddr): void {
    const [own, temporary] = ['pub-gruu', 'temp-gruu'].map((name) => {
      const uri = params.get(name) ?? '';
      return parseUri(uri).ok ? uri : undefined;
    });
    this.publicGruu = own;
    if (temporary !== undefined) this.tempGruus = [...new Set([temporary, ...this.tempGruus])].slice(0, maxTempGruus);
  }

  /** Is this Request-URI us (§8.2.2.1)? By the user part; the host may be an alias we never heard of. Or one of our GRUUs (RFC 5627 §4.4). */
  owns(uri: Uri): boolean {
    if (isSipUri(uri) && (uri.user === this.contactUser || uri.user === this.aor.user)) return true;
    return [...this.tempGruus, this.publicGruu ?? ''].some((gruu) => {
      const ours = parseUri(gruu);
      return ours.ok && equalUri(uri, ours.value);
    });
  }
}

/** Half a day of refreshes. */
const maxTempGruus = 100;

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** Version 4 (RFC 9562 §5.4). */
export function uuid(random: Random): string {
  return token(random, 16).replace(/(.{8})(.{4}).(.{3}).(.{3})/, '$1-$2-4$3-8$4-');
}
