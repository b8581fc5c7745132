import { type Flow, isSipUri, isWebSocket, parseUri, quote, type SipRequest, validate } from '@ringback/sip';
import type { Core, Work } from '../core.ts';
import type { DigestGate } from '../digest-gate/index.ts';
import { bareHost, canonicalAor } from '../domains.ts';
import type { Binding, LocationService, UpdateResult } from '../location-service/index.ts';
import { bindingRequest, type ContactRequest, readContacts } from './contacts.ts';
import { publicGruu } from './gruu.ts';

export interface RegistrarOptions {
  readonly core: Core;
  readonly gate: DigestGate;
  readonly location: LocationService;
  readonly trusted: (flow: Flow) => boolean;
  readonly registered: (aor: string, bindings: readonly Binding[], flow: Flow, held: boolean) => void;
}

/** §10.3, with Path (RFC 3327 §5.3), outbound (RFC 5626 §6) and public GRUUs (RFC 5627 §5.1). */
export class Registrar {
  readonly #options: RegistrarOptions;

  constructor(options: RegistrarOptions) {
    this.#options = options;
  }

  /** The steps of §10.3; 1 (ours or another's domain) and the syntax a proxy checks are done. */
  async handle({ received, context, flow }: Work): Promise<void> {
    const { core, gate, location } = this.#options;
    if (isMalformedRegister(received)) return context.reply(400);
    const verdict = await gate.check(received, flow, 'registrar');
    if (!context.open) return;
    if (!verdict.ok) return context.reply(verdict.status, verdict.headers);

    const unknown = received.require.filter((tag) => !SUPPORTED.includes(tag));
    if (unknown.length > 0) return context.reply(420, [['Unsupported', unknown.join(', ')]]);
    const { aor } = verdict.credential;
    const own = [received.to, received.from].every(({ uri }) => canonicalAor(uri, core.domains) === aor);
    // Step 4, and no third party (SEC-REG-06): each log-in speaks for its own AOR only.
    if (!own) return context.reply(403);

    const { limits } = core;
    const asked = readContacts(received, limits.registration, limits.contactsPerRegister);
    if (!asked.ok) return context.reply(asked.status, asked.headers);
    if (asked.contacts.some(({ contact }) => this.#isOwnAddress(contact))) return context.reply(403);

    const fetch = asked.contacts.length === 0 && !asked.removeAll;
    if (fetch) return this.#accept(context, received, aor, await location.lookup(aor), false);
    const outbound = isOutbound(received, asked.contacts);
    const contacts = outbound ? asked.contacts : asked.contacts.map(({ regId: _, ...rest }) => rest);
    const result = await this.#update(aor, received, flow, contacts, asked.removeAll);
    if (!result.ok) return context.reply(result.why === 'stale' ? 500 : 403, [], REASONS[result.why]);

    const held = this.#learn(aor, flow, contacts, asked.removeAll, result.bindings);
    // The flow may have closed while the service was busy: what it has just been told is then already old.
    if (flow.state === 'closed') location.flowClosed(flow.id);
    if (context.open) this.#accept(context, received, aor, result.bindings, outbound);
    this.#options.registered(aor, result.bindings, flow, held);
  }

  #update(
    aor: string,
    request: SipRequest,
    flow: Flow,
    contacts: readonly ContactRequest[],
    removeAll: boolean,
  ): Promise<UpdateResult> {
    const { core, location, trusted } = this.#options;
    // SEC-REG-07: only an edge we trust may say by which way a user agent is reached.
    const path = trusted(flow) ? request.headers.list('path') : [];
    const now = core.clock.now();
    const { transport, remote: source, id: flowId } = flow;
    return location.update(aor, {
      callId: request.callId,
      cseq: request.cseq.number,
      removeAll,
      remove: contacts.filter(({ seconds }) => seconds === 0),
      put: contacts
        .filter(({ seconds }) => seconds > 0)
        .map((contact) => {
          const tied = path.length === 0 && isTied(contact.contact, flow);
          return bindingRequest(contact, { now, transport, source, flowId, path, tied });
        }),
    });
  }

  /** Tells the flow table who speaks here now; whether this flow holds a binding of the AOR. */
  #learn(
    aor: string,
    flow: Flow,
    contacts: readonly ContactRequest[],
    removeAll: boolean,
    bindings: readonly Binding[],
  ): boolean {
    const { flows } = this.#options.core;
    const here = bindings.filter(({ flowId }) => flowId === flow.id);
    if (removeAll || here.length === 0 || contacts.some(({ seconds }) => seconds === 0)) flows.forget(flow, aor);
    for (const { instance, contact, expiresAt } of here) flows.learn(flow, aor, instance ?? contact, expiresAt);
    return here.length > 0;
  }

  #accept(
    context: Work['context'],
    request: SipRequest,
    aor: string,
    bindings: readonly Binding[],
    outbound: boolean,
  ): void {
    const { core, trusted } = this.#options;
    const { clock, limits } = core;
    const headers: (readonly [string, string])[] = [];
    const gruu = request.supported.includes('gruu');
    for (const binding of bindings) headers.push(['Contact', contactValue(binding, aor, clock.now(), gruu)]);
    if (request.supported.includes('path') && trusted(context.transaction.flow)) {
      for (const value of request.headers.list('path')) headers.push(['Path', value]);
    }
    if (outbound) headers.push(['Require', 'outbound'], ['Flow-Timer', String(limits.flowTimer)]);
    headers.push(['Supported', SUPPORTED.join(', ')], ['Date', new Date(clock.now()).toUTCString()]);
    context.reply(200, headers);
  }

  /** A contact that is this server would send every call in a circle (SEC-REG-04, SEC-GW-09); so would a GRUU of ours. */
  #isOwnAddress(contact: string): boolean {
    const uri = parseUri(contact);
    return uri.ok && this.#options.core.listeners.isOwnUri(uri.value);
  }
}

/** What no credentials could make right: a header beyond its grammar, an address of record that is none (§10.3 step 5, RFC 4475 §3.3.4). */
export function isMalformedRegister(request: SipRequest): boolean {
  return !isSipUri(request.to.uri) || validate(request) !== undefined;
}

/** RFC 5626 §6: asked for, with a flow to name, and nobody in between who might not know it. */
function isOutbound(request: SipRequest, contacts: readonly ContactRequest[]): boolean {
  if (!request.supported.includes('outbound') || !contacts.some(({ regId }) => regId !== undefined)) return false;
  const firstEdge = request.paths.at(-1)?.uri;
  const edge = firstEdge !== undefined && isSipUri(firstEdge) && firstEdge.params.has('ob');
  return request.vias.length === 1 || edge;
}

/** Can this contact be reached without its flow? Over TCP only where the peer has said how, at its own address. */
function isTied(contact: string, flow: Flow): boolean {
  if (isWebSocket(flow.transport)) return true;
  if (!flow.reliable) return false;
  const uri = parseUri(contact);
  return !(uri.ok && isSipUri(uri.value) && bareHost(uri.value.host) === flow.remote.host.toLowerCase());
}

function contactValue(binding: Binding, aor: string, now: number, gruu: boolean): string {
  const { contact, params, q, expiresAt, instance } = binding;
  let value = `<${contact}>${params}`;
  if (q !== 1000) value += `;q=${(q / 1000).toString()}`;
  value += `;expires=${Math.max(0, Math.ceil((expiresAt - now) / 1000))}`;
  const pub = gruu && instance !== undefined ? publicGruu(aor, instance) : undefined;
  return pub === undefined ? value : `${value};pub-gruu=${quote(pub)}`;
}

const SUPPORTED: readonly string[] = ['path', 'outbound', 'gruu'];
const REASONS = { stale: 'CSeq Out Of Order', full: 'Too Many Bindings' } as const;
