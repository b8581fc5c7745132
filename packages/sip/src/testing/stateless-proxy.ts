import { parseUri } from '../message/uri.ts';
import { latin1Decode, latin1Encode } from '../runtime/bytes.ts';
import type { MemoryHost } from './memory-host.ts';
import type { MemoryNetwork } from './memory-network.ts';

/** A stateless proxy over UDP (§16.11) that records its route, and finds users of any domain by name. */
export class StatelessProxy {
  /** Changes each message on its way. */
  edit: (text: string) => string = (text) => text;
  readonly #host: MemoryHost;
  readonly #users: Readonly<Record<string, string>>;

  constructor(network: MemoryNetwork, address: string, users: Readonly<Record<string, string>>) {
    this.#users = users;
    this.#host = network.host(address);
    this.#host.listen('UDP', 5060);
    this.#host.attach({
      opened() {},
      received: (_flow, bytes) => this.#forward(this.edit(latin1Decode(bytes))),
      closed() {},
    });
  }

  #forward(text: string): void {
    const own = this.#host.address;
    const branch = /^Via:.*?branch=([^;,\s]+)/im.exec(text)?.[1];
    if (branch === undefined) return;
    if (text.startsWith('SIP/2.0')) {
      const rest = text.replace(/^Via:.*\r\n/im, '');
      this.#send(rest, /^Via: SIP\/2\.0\/UDP ([\d.]+)/im.exec(rest)?.[1]);
      return;
    }
    const [, uri = ''] = text.split(' ', 2);
    const parsed = parseUri(uri);
    if (!parsed.ok || !('host' in parsed.value)) return;
    const record = /^To:.*;tag=/im.test(text) ? '' : `Record-Route: <sip:${own};lr>\r\n`;
    const routed = text
      .replace(new RegExp(`^Route: <sip:${own};lr>\\r\\n`, 'im'), '')
      .replace('\r\n', `\r\nVia: SIP/2.0/UDP ${own}:5060;branch=${branch}p\r\n${record}`);
    const { user = '', host } = parsed.value;
    this.#send(routed, this.#users[user] ?? host);
  }

  #send(text: string, host: string | undefined): void {
    if (host !== undefined) this.#host.connect({ transport: 'UDP', host, port: 5060 })?.send(latin1Encode(text));
  }
}
