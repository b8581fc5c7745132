import type { SipRequest, SipResponse } from '../message/message.ts';
import type { Flow } from '../transport/flow.ts';
import type { Sending } from '../transport/sending.ts';
import { ackFor, cancelFor } from './hop-by-hop.ts';
import { type InviteClientEffect, type InviteClientEvent, inviteClient } from './invite-client.ts';
import { type Environment, Machine, type TimerEffect } from './machine.ts';
import { type NonInviteClientEffect, type NonInviteClientEvent, nonInviteClient } from './non-invite-client.ts';
import type { ClientState, ClientTransaction, ClientTransactionUser } from './users.ts';

type Event = InviteClientEvent | NonInviteClientEvent;
type Effect = InviteClientEffect | NonInviteClientEffect;

/** Sends a request for the first time; `moved` is called when it must later go out over another flow (§18.1.1). */
export type FirstSend = (request: SipRequest, moved: (sending: Sending) => void) => Sending | undefined;

/** What a client transaction asks of its layer. */
export interface ClientHost {
  resend(sending: Sending): boolean;
  /** Sends as is: the ACK. */
  transmit(request: SipRequest, flow: Flow): Sending | undefined;
  /** Starts the transaction of a CANCEL on the flow of its INVITE. */
  cancel(request: SipRequest, flow: Flow): void;
  moved(transaction: ClientMachine, from: Flow | undefined): void;
  ended(transaction: ClientMachine): void;
}

/** Both client machines (§17.1); which one the method says. */
export class ClientMachine extends Machine<ClientState, Event, Effect, SipResponse> implements ClientTransaction {
  readonly id: string;
  readonly #original: SipRequest;
  readonly #invite: boolean;
  readonly #host: ClientHost;
  readonly #firstSend: FirstSend;
  readonly #user: ClientTransactionUser;
  #sending: Sending | undefined;
  #cancel: readonly (readonly [string, string])[] | 'sent' | undefined;

  constructor(
    id: string,
    request: SipRequest,
    firstSend: FirstSend,
    host: ClientHost,
    user: ClientTransactionUser,
    environment: Environment,
  ) {
    const invite = request.method === 'INVITE';
    super(invite ? inviteClient : nonInviteClient, invite ? 'calling' : 'trying', environment);
    this.id = id;
    this.#original = request;
    this.#invite = invite;
    this.#firstSend = firstSend;
    this.#host = host;
    this.#user = user;
  }

  get request(): SipRequest {
    return this.#sending?.request ?? this.#original;
  }

  get flow(): Flow | undefined {
    return this.#sending?.flow;
  }

  receive(response: SipResponse): void {
    const { status } = response;
    if (status < 200) this.handle('1xx', response);
    else if (!this.#invite) this.handle('final', response);
    else this.handle(status < 300 ? '2xx' : '3xx-6xx', response);
    if (this.#cancel !== undefined && this.#cancel !== 'sent') this.#sendCancel(this.#cancel);
  }

  cancel(extra: readonly (readonly [string, string])[] = []): void {
    if (!this.#invite) throw new TypeError('only an INVITE can be cancelled (§9.1)');
    if (this.#cancel !== undefined) return;
    this.#cancel = extra;
    this.#sendCancel(extra);
  }

  /** Waits for a provisional response: before it the CANCEL might overtake its INVITE (§9.1). */
  #sendCancel(extra: readonly (readonly [string, string])[]): void {
    if (this.state !== 'proceeding' || this.#sending === undefined) return;
    this.#cancel = 'sent';
    this.#host.cancel(cancelFor(this.#sending.request, extra), this.#sending.flow);
    this.handle('cancel sent');
  }

  protected override get reliable(): boolean {
    return this.#sending?.flow.reliable ?? false;
  }

  protected override act(effect: Exclude<Effect, TimerEffect>, response: SipResponse | undefined): void {
    switch (effect) {
      case 'send request':
        this.#send();
        return;
      case 'send ACK':
        this.#acknowledge(response);
        return;
      case 'pass response':
        if (response !== undefined) this.#user.response(response);
        return;
      case 'report timeout':
        this.#user.failed('timeout');
        return;
      case 'report transport':
        this.#user.failed('transport');
        return;
    }
  }

  protected override leave(): void {
    this.#host.ended(this);
  }

  protected override ended(): void {
    this.#user.terminated?.();
  }

  #send(): void {
    if (this.#sending !== undefined) {
      if (!this.#host.resend(this.#sending)) this.soon('transport error');
      return;
    }
    this.#sending = this.#firstSend(this.#original, (sending) => this.#moved(sending));
    if (this.#sending === undefined) this.soon('transport error');
  }

  #moved(sending: Sending): void {
    if (this.state === 'terminated') return;
    const from = this.flow;
    this.#sending = sending;
    this.#host.moved(this, from);
    this.#send();
    if (this.state === 'calling') this.startMissing('A');
    else if (this.state === 'trying' || this.state === 'proceeding') this.startMissing('E');
  }

  #acknowledge(response: SipResponse | undefined): void {
    if (response === undefined || this.#sending === undefined) return;
    const ack = ackFor(this.#sending.request, response);
    if (this.#host.transmit(ack, this.#sending.flow) === undefined) this.soon('transport error');
  }
}
