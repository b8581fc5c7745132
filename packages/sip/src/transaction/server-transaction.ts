import { createResponse } from '../message/create.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import type { Flow } from '../transport/flow.ts';
import { type InviteServerEffect, type InviteServerEvent, inviteServer } from './invite-server.ts';
import { type Environment, Machine, type TimerEffect } from './machine.ts';
import { type NonInviteServerEffect, type NonInviteServerEvent, nonInviteServer } from './non-invite-server.ts';
import { delayOf } from './timers.ts';
import type { ServerState, ServerTransaction, TerminationCause } from './users.ts';

type Event = InviteServerEvent | NonInviteServerEvent;
type Effect = InviteServerEffect | NonInviteServerEffect;

/** What a server transaction asks of its layer. */
export interface ServerHost {
  send(response: SipResponse, flow: Flow): boolean;
  passRequest(transaction: ServerMachine): void;
  passAck(ack: SipRequest, transaction: ServerMachine): void;
  remove(transaction: ServerMachine): void;
}

/** Both server machines (§17.2); which one the method says. */
export class ServerMachine
  extends Machine<ServerState, Event, Effect, SipRequest | SipResponse>
  implements ServerTransaction
{
  readonly id: string;
  readonly request: SipRequest;
  readonly flow: Flow;
  onTransportError?: () => void;
  onTerminated?: (cause: TerminationCause) => void;
  readonly #invite: boolean;
  readonly #host: ServerHost;
  readonly #since: number;
  #lastResponse: SipResponse | undefined;
  #cause: TerminationCause = 'normal';

  constructor(id: string, request: SipRequest, flow: Flow, host: ServerHost, environment: Environment) {
    const invite = request.method === 'INVITE';
    super(invite ? inviteServer : nonInviteServer, invite ? 'proceeding' : 'trying', environment);
    this.id = id;
    this.request = request;
    this.flow = flow;
    this.#invite = invite;
    this.#host = host;
    this.#since = environment.clock.now();
  }

  get lastResponse(): SipResponse | undefined {
    return this.#lastResponse;
  }

  get finalSent(): boolean {
    return this.state !== 'trying' && this.state !== 'proceeding';
  }

  respond(response: SipResponse): void {
    this.handle(this.#invite ? inviteEvent(response.status) : this.#nonInviteEvent(response.status), response);
  }

  /** The layer is closed under it. */
  close(): void {
    this.#cause = 'closed';
    this.abandon();
  }

  protected override get reliable(): boolean {
    return this.flow.reliable;
  }

  protected override act(effect: Exclude<Effect, TimerEffect>, input: SipRequest | SipResponse | undefined): void {
    switch (effect) {
      case 'pass request':
        try {
          this.#host.passRequest(this);
        } catch (error) {
          // Who asked must not wait for ever, nor the transaction.
          if (!this.finalSent) this.respond(createResponse(this.request, 500));
          throw error;
        }
        return;
      case 'pass ACK':
        if (input?.kind === 'request') this.#host.passAck(input, this);
        return;
      case 'send response':
        this.#send(input?.kind === 'response' ? input : this.#lastResponse);
        return;
      case 'send 100':
        this.#send(createResponse(this.request, 100));
        return;
      case 'withhold response':
        this.#lastResponse = undefined;
        return;
      case 'report timeout':
        this.#cause = 'timeout';
        return;
      case 'report transport':
        if (this.state === 'terminated') this.#cause = 'transport';
        this.onTransportError?.();
        return;
    }
  }

  protected override leave(): void {
    this.#host.remove(this);
  }

  protected override ended(): void {
    this.onTerminated?.(this.#cause);
  }

  #send(response: SipResponse | undefined): void {
    if (response === undefined) return;
    this.#lastResponse = response;
    if (!this.#host.send(response, this.flow)) this.soon('transport error');
  }

  #nonInviteEvent(status: number): NonInviteServerEvent {
    if (status === 408) return 'respond 408';
    if (status >= 200) return 'respond final';
    if (status > 100) return 'respond 101-199';
    const late = delayOf('late', this.environment.timers, this.reliable) ?? 0;
    return this.reliable || this.environment.clock.now() - this.#since >= late ? 'respond 100' : 'respond 100 early';
  }
}

function inviteEvent(status: number): InviteServerEvent {
  if (status < 200) return 'respond 1xx';
  return status < 300 ? 'respond 2xx' : 'respond 3xx-6xx';
}
