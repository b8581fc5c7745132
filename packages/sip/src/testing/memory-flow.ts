import { type Address, type Flow, isStream, type TransportName } from '../transport/flow.ts';
import type { MemoryHost } from './memory-host.ts';

/** The reports of an adapter; `TransportLayer` takes them. */
export interface FlowEvents {
  opened(flow: Flow): void;
  received(flow: Flow, bytes: Uint8Array): void;
  closed(flow: Flow, cause: string): void;
}

export class DatagramFlow implements Flow {
  readonly id: string;
  readonly transport = 'UDP' as const;
  readonly reliable = false;
  readonly state = 'open' as const;
  readonly local: Address;
  readonly remote: Address;
  readonly #host: MemoryHost;

  constructor(host: MemoryHost, local: Address, remote: Address) {
    this.id = `UDP ${local.host}:${local.port} ${remote.host}:${remote.port}`;
    this.#host = host;
    this.local = local;
    this.remote = remote;
  }

  send(bytes: Uint8Array): void {
    const { network } = this.#host;
    const copy = bytes.slice();
    network.datagram({ transport: 'UDP', from: this.local, to: this.remote, bytes: copy }, () => {
      const receiver = network.find(this.remote.host);
      if (receiver?.isListening('UDP', this.remote.port) !== true) return;
      receiver.events?.received(receiver.datagramFlow(this.remote.port, this.local), copy);
    });
  }

  close(): void {}
}

/** One end of a connection. */
class ConnectionFlow implements Flow {
  readonly id: string;
  readonly transport: TransportName;
  readonly reliable = true;
  readonly local: Address;
  readonly remote: Address;
  state: 'connecting' | 'open' | 'closed' = 'connecting';
  peer: ConnectionFlow | undefined;
  readonly host: MemoryHost;
  /** What was sent before the connection was open. */
  queued: Uint8Array[] = [];
  /** When the last octets sent so far will have arrived. */
  #arrival = 0;

  constructor(host: MemoryHost, transport: TransportName, local: Address, remote: Address) {
    this.id = `${transport} ${serial++}`;
    this.host = host;
    this.transport = transport;
    this.local = local;
    this.remote = remote;
    host.keep(this);
  }

  send(bytes: Uint8Array): void {
    if (this.state === 'closed') return;
    const copy = bytes.slice();
    if (this.state === 'connecting') {
      this.queued.push(copy);
      return;
    }
    this.host.network.tap?.({ transport: this.transport, from: this.local, to: this.remote, bytes: copy });
    for (const piece of this.#pieces(copy)) this.#inOrder(() => this.peer?.arrive(piece));
  }

  close(code?: number): void {
    if (this.state === 'closed') return;
    const wasOpen = this.state === 'open';
    this.end();
    const cause = code === undefined ? 'closed by the other side' : `closed with ${code}`;
    if (wasOpen) this.#inOrder(() => this.peer?.lose(cause));
  }

  open(): void {
    if (this.state !== 'connecting') return;
    this.state = 'open';
    this.host.events?.opened(this);
    for (const bytes of this.queued.splice(0)) this.send(bytes);
  }

  arrive(bytes: Uint8Array): void {
    if (this.state === 'open') this.host.events?.received(this, bytes);
  }

  lose(cause: string): void {
    if (this.state === 'closed') return;
    this.end();
    this.host.events?.closed(this, cause);
  }

  end(): void {
    this.state = 'closed';
    this.queued = [];
    this.host.forget(this);
  }

  #inOrder(run: () => void): void {
    const { network, address } = this.host;
    this.#arrival = Math.max(this.#arrival, network.clock.now() + network.delay());
    network.clock.at(this.#arrival, () => network.whenReachable(address, this.remote.host, run));
  }

  #pieces(bytes: Uint8Array): readonly Uint8Array[] {
    const { random, conditions } = this.host.network;
    if (!conditions.fragment || !isStream(this.transport)) return [bytes];
    const pieces: Uint8Array[] = [];
    for (let from = 0; from < bytes.length; ) {
      const length = 1 + Math.floor(random.number() * 200);
      pieces.push(bytes.subarray(from, from + length));
      from += length;
    }
    return pieces;
  }
}

let serial = 1;

/** A connection attempt: both ends open after a round trip, or the near one is refused. */
export function connectFlows(
  client: MemoryHost,
  server: MemoryHost,
  transport: TransportName,
  local: Address,
  remote: Address,
): Flow {
  const near = new ConnectionFlow(client, transport, local, remote);
  const { network } = client;
  const after = (run: () => void) =>
    network.clock.at(network.clock.now() + network.delay(), () =>
      network.whenReachable(client.address, server.address, run),
    );
  after(() => {
    if (!server.isListening(transport, remote.port)) {
      after(() => near.lose('refused'));
      return;
    }
    const far = new ConnectionFlow(server, transport, remote, local);
    far.peer = near;
    near.peer = far;
    far.open();
    after(() => {
      if (near.state === 'connecting') near.open();
      else far.lose('closed by the other side');
    });
  });
  return near;
}

/** Nobody has that address. */
export function refusedFlow(client: MemoryHost, transport: TransportName, local: Address, remote: Address): Flow {
  const near = new ConnectionFlow(client, transport, local, remote);
  const { clock } = client.network;
  clock.at(clock.now() + client.network.delay(), () => near.lose('unreachable'));
  return near;
}

/** Breaks a connection: both ends are told, at once. */
export function cut(flow: Flow): void {
  if (!(flow instanceof ConnectionFlow)) throw new TypeError('only a connection of the memory network can be cut');
  const { peer } = flow;
  flow.lose('cut');
  peer?.lose('cut');
}
