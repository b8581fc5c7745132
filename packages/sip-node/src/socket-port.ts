import type { Destination, Flow, TransportPort } from '@ringback/sip';
import type { StreamListener } from './stream.ts';
import type { UdpListener } from './udp.ts';

/** Every outgoing way the process has. WebSockets are only ever accepted. */
export class SocketPort implements TransportPort {
  readonly #udp: readonly UdpListener[];
  readonly #streams: readonly StreamListener[];

  constructor(udp: readonly UdpListener[], streams: readonly StreamListener[]) {
    this.#udp = udp;
    this.#streams = streams;
  }

  connect(destination: Destination, from?: Flow): Flow | undefined {
    if (destination.transport === 'UDP') {
      const socket = this.#udp.find(
        (each) => each.local.host === from?.local.host && each.local.port === from.local.port,
      );
      return socket?.connect(destination) ?? firstFlow(this.#udp, destination);
    }
    return firstFlow(
      this.#streams.filter((each) => each.transport === destination.transport),
      destination,
    );
  }
}

function firstFlow(
  listeners: readonly { connect(destination: Destination): Flow | undefined }[],
  destination: Destination,
): Flow | undefined {
  for (const listener of listeners) {
    const flow = listener.connect(destination);
    if (flow !== undefined) return flow;
  }
  return undefined;
}
