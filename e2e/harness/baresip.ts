import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { Child } from './child.ts';
import { ports, scratch } from './ports.ts';
import type { Audio } from './tones.ts';
import { readWav } from './wav.ts';

export interface BaresipOptions {
  readonly user: string;
  readonly password: string;
  readonly domain: string;
  /** Where it registers and sends its calls, `127.0.0.1:5060`. */
  readonly proxy: string;
  /** `dtls`: what browsers speak (DTLS-SRTP, ICE), needs an address outside 127/8. `plain`: RTP/AVP only. */
  readonly media: 'dtls' | 'plain';
  readonly address: string;
  /** Which of the worker's desk phones this is: gives it ports of its own. */
  readonly index: number;
  readonly codec?: 'opus' | 'PCMU';
  readonly answers?: boolean;
}

export interface BaresipEvent {
  readonly type: string;
  readonly param?: string;
  readonly peeruri?: string;
}

/**
 * A desk phone: Debian's baresip, steered over its control port.
 * It plays 440 Hz and records what it hears.
 */
export class Baresip {
  readonly events: BaresipEvent[] = [];
  readonly #child: Child;
  readonly #control: Socket;
  readonly #recordings: string;
  #buffer = '';

  private constructor(child: Child, control: Socket, recordings: string) {
    this.#child = child;
    this.#control = control;
    this.#recordings = recordings;
    control.on('data', (chunk: Buffer) => this.#read(chunk.toString('latin1')));
    control.on('error', () => undefined);
  }

  static async start(options: BaresipOptions): Promise<Baresip> {
    const folder = scratch(`baresip-${options.user}`);
    const recordings = join(folder, 'heard');
    // The port after its SIP port is its TLS port.
    const control = ports.deskPhone(options.index) + 2;
    mkdirSync(recordings);
    writeFileSync(join(folder, 'config'), config(options, recordings, control));
    writeFileSync(join(folder, 'accounts'), account(options));
    writeFileSync(join(folder, 'contacts'), '');
    const child = new Child('baresip', ['-f', folder]);
    await child.line(/baresip is ready/);
    const socket = connect(control, '127.0.0.1');
    await once(socket, 'connect');
    return new Baresip(child, socket, recordings);
  }

  /** What it printed: for the report of a failed test. */
  get output(): string {
    return this.#child.output;
  }

  /** How often a registrar has answered with 200. */
  get registrations(): number {
    return this.output.match(/ 200 OK \(.*?\) \[\d+ binding/g)?.length ?? 0;
  }

  saw(type: string): boolean {
    return this.events.some((event) => event.type === type);
  }

  /** Digits it received, in order. */
  get digits(): string {
    return this.events.flatMap(({ type, param }) => (type === 'CALL_DTMF_START' ? [param ?? ''] : [])).join('');
  }

  dial(target: string): void {
    this.#send('dial', target);
  }

  hangUp(): void {
    this.#send('hangup');
  }

  /** What it heard in its calls so far, the last one. */
  heard(): Audio {
    const files = readdirSync(this.#recordings).filter((name) => name.endsWith('-dec.wav'));
    const last = files.sort().at(-1);
    return last === undefined ? { rate: 8000, samples: new Float32Array(0) } : readWav(join(this.#recordings, last));
  }

  async stop(): Promise<void> {
    this.#control.destroy();
    await this.#child.stop();
  }

  /** kill -9: no de-registration. */
  async kill(): Promise<void> {
    this.#control.destroy();
    await this.#child.stop('SIGKILL');
  }

  #send(command: string, params = ''): void {
    const message = JSON.stringify({ command, params, token: 'test' });
    this.#control.write(`${message.length}:${message},`);
  }

  /** Netstrings of JSON. */
  #read(text: string): void {
    this.#buffer += text;
    for (;;) {
      const colon = this.#buffer.indexOf(':');
      const length = Number(this.#buffer.slice(0, colon));
      if (colon < 0 || this.#buffer.length < colon + length + 2) return;
      const message = JSON.parse(this.#buffer.slice(colon + 1, colon + 1 + length));
      this.#buffer = this.#buffer.slice(colon + length + 2);
      if (message.event === true) this.events.push(message);
    }
  }
}

function account({ user, password, domain, proxy, media, codec, answers }: BaresipOptions): string {
  return [
    `<sip:${user}@${domain}>`,
    `auth_user=${user}`,
    `auth_pass=${password}`,
    `outbound="sip:${proxy};transport=udp"`,
    'regint=600',
    `answermode=${answers === false ? 'manual' : 'auto'}`,
    `audio_codecs=${codec === 'opus' ? 'opus/48000/2' : 'PCMU/8000/1'}`,
    ...(media === 'dtls' ? ['mediaenc=dtls_srtp', 'medianat=ice'] : []),
  ].join(';');
}

const modules = ['g711', 'opus', 'sndfile', 'ausine', 'aubridge', 'stun', 'turn', 'ice', 'srtp', 'dtls_srtp', 'uuid'];

function config({ user, media, address, index }: BaresipOptions, recordings: string, control: number): string {
  const rtp = ports.media.from + index * 20;
  return `
poll_method epoll
sip_listen 127.0.0.1:${ports.deskPhone(index)}
call_local_timeout 60
call_max_calls 20
audio_player aubridge,null-${user}
audio_source ausine,440
audio_alert aubridge,null-${user}
ausrc_srate 48000
auplay_srate 48000
ausrc_channels 2
auplay_channels 2
audio_buffer 20-160
rtp_tos 0
rtp_ports ${rtp}-${rtp + 18}
rtcp_mux ${media === 'dtls' ? 'yes' : 'no'}
jitter_buffer_delay 1-10
net_interface ${address}
module_path /usr/lib/baresip/modules
${modules.map((name) => `module ${name}.so`).join('\n')}
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:${control}
snd_path ${recordings}
`;
}
