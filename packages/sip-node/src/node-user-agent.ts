import { type Destination, type Resolver, UserAgent, type UserAgentOptions } from '@ringback/sip';
import { FixedDescription } from './fixed-description.ts';
import { nodeClock, nodeRandom } from './host.ts';
import { type NodePort, openPort } from './node-port.ts';
import { findServer, localAddressToward } from './server-address.ts';
import type { StreamTls } from './stream.ts';

/** What is given to `UserAgent`, less what Node has, and more where there is a default. */
export interface NodeUserAgentOptions
  extends Omit<UserAgentOptions, 'clock' | 'random' | 'transportPort' | 'server' | 'sessionDescription' | 'events'> {
  /**
   * `sip:host:port;transport=tcp`, `sips:host`, `wss://host/path`, or a numeric destination; of several there is a flow and a registration to each
   * (RFC 5626 §4.2). One that DNS finds at several addresses is tried at the next when one does not answer (RFC 3263 §4.3). Default: our own
   * address, for who is only called.
   */
  readonly server?: string | Destination | readonly (string | Destination)[];
  /** Finds servers by name; default: `nodeResolver()`. */
  readonly resolver?: Resolver;
  /** Numeric address of this machine; default: the one on the way to the server. */
  readonly host?: string;
  /** Port of UDP and TCP; default 0: any that is free. */
  readonly port?: number;
  readonly tls?: StreamTls;
  /** Default: `FixedDescription` at our address, signalling without media. */
  readonly sessionDescription?: UserAgentOptions['sessionDescription'];
  readonly events?: UserAgentOptions['events'];
}

/** A user agent and the sockets it stands on. */
export interface NodeUserAgent {
  readonly agent: UserAgent;
  readonly port: NodePort;
  /** Ends all calls, unregisters, closes the sockets; at most about three seconds. */
  close(): Promise<void>;
}

/**
 * A user agent on Node's sockets, clock and randomness, started. Rejects when the server's name is unknown or a socket cannot be
 * opened, with the system's error, and with a `TypeError` for an address that is none.
 *
 * @example
 * const phone = await openUserAgent({ account: { aor: 'sip:alice@example.com', password }, server: 'sip:example.com' });
 * phone.agent.register();
 */
export async function openUserAgent(options: NodeUserAgentOptions): Promise<NodeUserAgent> {
  const { server = [], resolver, host, port, tls, events = {}, sessionDescription, ...rest } = options;
  const servers = [server].flat();
  const found = await Promise.all(
    servers.map(async (each) => (typeof each === 'string' ? findServer(each, resolver) : [each])),
  );
  const [first] = found.flat();
  const own = host ?? (first ? await localAddressToward(first.host) : '127.0.0.1');
  const urlOf = (to: Destination) => {
    const url = servers[found.findIndex((each) => each.includes(to))];
    return typeof url === 'string' ? url : undefined;
  };
  const sockets = await openPort({
    host: own,
    ...(port !== undefined && { port }),
    ...(tls && { tls }),
    webSocketUrl: urlOf,
    ...(options.log && { log: options.log }),
  });
  let agent: UserAgent;
  try {
    agent = new UserAgent({
      ...rest,
      clock: nodeClock(),
      random: nodeRandom(),
      transportPort: sockets,
      server: first ? found : { transport: 'UDP', ...sockets.local },
      sessionDescription: sessionDescription ?? (() => new FixedDescription({ host: own })),
      events,
    });
  } catch (error) {
    await sockets.close();
    throw error;
  }
  sockets.attach(agent);
  agent.start();
  return {
    agent,
    port: sockets,
    close: async () => {
      await agent.stop();
      await sockets.close();
    },
  };
}
