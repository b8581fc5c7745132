import type { Flow } from '@ringback/sip';

/** The up-calls of every adapter; the SIP server is the one listener. Of a flow it has closed itself it hears no more. */
export interface FlowUser {
  /** A connection is up. Never called for UDP. */
  opened(flow: Flow): void;
  /** A datagram, a WebSocket message, or octets of a stream. */
  received(flow: Flow, bytes: Uint8Array): void;
  /** A connection is gone or never came about; told once. Never called for UDP. */
  closed(flow: Flow, cause: string): void;
}

/**
 * Stands in for the SIP server while sockets are being opened: the server must know their ports before it is made. What
 * arrives meanwhile waits.
 */
export class FlowInbox implements FlowUser {
  #user: FlowUser | undefined;
  #waiting: ((user: FlowUser) => void)[] = [];

  attach(user: FlowUser): void {
    this.#user = user;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const deliver of waiting) deliver(user);
  }

  opened(flow: Flow): void {
    this.#deliver((user) => user.opened(flow));
  }

  received(flow: Flow, bytes: Uint8Array): void {
    this.#deliver((user) => user.received(flow, bytes));
  }

  closed(flow: Flow, cause: string): void {
    this.#deliver((user) => user.closed(flow, cause));
  }

  #deliver(deliver: (user: FlowUser) => void): void {
    if (this.#user === undefined) this.#waiting.push(deliver);
    else deliver(this.#user);
  }
}
