import {
  type Address,
  type Destination,
  type Flow,
  isReliable,
  type TransportName,
  type TransportPort,
} from '../transport/flow.ts';
import { connectFlows, DatagramFlow, type FlowEvents, refusedFlow } from './memory-flow.ts';
import type { MemoryNetwork } from './memory-network.ts';

/** A machine on the memory network: a transport port for one transport layer, which hears its events. */
export class MemoryHost implements TransportPort {
  readonly address: string;
  readonly network: MemoryNetwork;
  readonly #listening = new Set<string>();
  readonly #datagramFlows = new Map<string, DatagramFlow>();
  readonly #connections = new Set<Flow>();
  #events: FlowEvents | undefined;
  #udpPort: number | undefined;
  #nextPort = 49152;

  constructor(network: MemoryNetwork, address: string) {
    this.network = network;
    this.address = address;
  }

  /** Whom flows are reported to: the transport layer. */
  attach(events: FlowEvents): void {
    this.#events = events;
  }

  get events(): FlowEvents | undefined {
    return this.#events;
  }

  /** Opens a port. A host sends datagrams from its first UDP port, and cannot send any before it has one. */
  listen(transport: TransportName, port: number): void {
    this.#listening.add(`${transport} ${port}`);
    if (transport === 'UDP') this.#udpPort ??= port;
  }

  stopListening(transport: TransportName, port: number): void {
    this.#listening.delete(`${transport} ${port}`);
  }

  isListening(transport: TransportName, port: number): boolean {
    return this.#listening.has(`${transport} ${port}`);
  }

  /** The connections of this host that are not closed. */
  get connections(): readonly Flow[] {
    return [...this.#connections];
  }

  connect(destination: Destination, from?: Flow): Flow | undefined {
    const { transport, port } = destination;
    // As a dual-stack socket has it: `::ffff:192.0.2.1` is 192.0.2.1.
    const host = destination.host.replace(/^::ffff:(?=\d+\.)/i, '');
    const remote: Address = { host, port };
    if (isReliable(transport)) {
      const local: Address = { host: this.address, port: this.#nextPort++ };
      const server = this.network.find(host);
      if (server === undefined) return refusedFlow(this, transport, local, remote);
      return connectFlows(this, server, transport, local, remote);
    }
    const localPort = from?.local.port ?? this.#udpPort;
    return localPort === undefined ? undefined : this.datagramFlow(localPort, remote);
  }

  datagramFlow(localPort: number, remote: Address): DatagramFlow {
    const key = `${localPort} ${remote.host} ${remote.port}`;
    const known = this.#datagramFlows.get(key);
    if (known !== undefined) return known;
    const flow = new DatagramFlow(this, { host: this.address, port: localPort }, remote);
    this.#datagramFlows.set(key, flow);
    return flow;
  }

  /** For the flows of this host: they enter and leave its list. */
  keep(flow: Flow): void {
    this.#connections.add(flow);
  }

  forget(flow: Flow): void {
    this.#connections.delete(flow);
  }

  /** Kills the process: its ports are shut, its connections break at the other end, and it hears nothing any more. */
  crash(): void {
    this.#events = undefined;
    this.#listening.clear();
    this.#udpPort = undefined;
    this.#datagramFlows.clear();
    for (const flow of [...this.#connections]) flow.close();
  }
}
