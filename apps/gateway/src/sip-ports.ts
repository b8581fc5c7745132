import type { Log } from '@ringback/sip';
import { type FlowUser, StreamListener, UdpListener } from '@ringback/sip-node';
import { cannotListen } from './adapters/listening.ts';
import { errorCode } from './problem.ts';

export interface SipPortsOptions {
  readonly host: string;
  /** 0: any port that is free for UDP and TCP alike. */
  readonly port: number;
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly user: FlowUser;
  readonly log: Log;
  readonly accepts?: (address: string) => boolean;
}

/** The sockets SIP phones and servers talk to: UDP and TCP on one port, TLS on the next where there is a certificate. */
export interface SipPorts {
  readonly udp: UdpListener;
  readonly tcp: StreamListener;
  readonly tls?: StreamListener;
  close(): Promise<void>;
}

/** `5060 (UDP, TCP), 5061 (TLS)` */
export function portsText(port: number, tlsPort: number | undefined): string {
  return `${port} (UDP, TCP)${tlsPort === undefined ? '' : `, ${tlsPort} (TLS)`}`;
}

const TRIES_FOR_A_COMMON_PORT = 20;

export async function openSipPorts(options: SipPortsOptions): Promise<SipPorts> {
  const { udp, tcp } = await openPair(options, options.port === 0 ? TRIES_FOR_A_COMMON_PORT : 1);
  let tls: StreamListener | undefined;
  try {
    tls = await openTls(options);
  } catch (error) {
    await Promise.all([udp.close(), tcp.close()]);
    throw error;
  }
  return {
    udp,
    tcp,
    ...(tls === undefined ? {} : { tls }),
    close: async () => {
      await Promise.all([udp.close(), tcp.close(), tls?.close()]);
    },
  };
}

async function openPair(options: SipPortsOptions, tries: number): Promise<Pick<SipPorts, 'udp' | 'tcp'>> {
  const udp = await listening(UdpListener.listen(options), 'SIP over UDP', options);
  try {
    return { udp, tcp: await openStream({ ...options, port: udp.local.port }, 'TCP') };
  } catch (error) {
    await udp.close();
    if (tries > 1 && isTaken(error)) return openPair(options, tries - 1);
    throw error;
  }
}

async function openTls(options: SipPortsOptions): Promise<StreamListener | undefined> {
  if (options.tls === undefined) return undefined;
  const port = options.port === 0 ? 0 : options.port + 1;
  return openStream({ ...options, port }, 'TLS');
}

function openStream(options: SipPortsOptions, transport: 'TCP' | 'TLS'): Promise<StreamListener> {
  return listening(StreamListener.listen({ ...options, transport }), `SIP over ${transport}`, options);
}

async function listening<T>(opened: Promise<T>, what: string, { host, port }: SipPortsOptions): Promise<T> {
  try {
    return await opened;
  } catch (error) {
    throw cannotListen(error, what, host, port, '--sip-port');
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && errorCode(error.cause) === 'EADDRINUSE';
}
