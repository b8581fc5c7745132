import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A port of 127.0.0.1 on which neither UDP nor TCP is in use, chosen by the system. */
export async function freePort(): Promise<number> {
  const udp = createSocket('udp4');
  udp.bind(0, '127.0.0.1');
  await once(udp, 'listening');
  const { port } = udp.address();
  const tcp = createServer();
  const free = await new Promise<boolean>((done) => {
    tcp.once('error', () => done(false));
    tcp.listen(port, '127.0.0.1', () => done(true));
  });
  if (free) await new Promise((closed) => tcp.close(closed));
  await new Promise<void>((closed) => udp.close(closed));
  return free ? port : freePort();
}

/** Waits until somebody listens there. The kernel is asked, not the port: a server under test counts who knocks. */
export async function taken(transport: 'udp' | 'tcp', port: number, seconds = 10): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  const entry = new RegExp(
    `:${port.toString(16).toUpperCase().padStart(4, '0')} \\S+ ${transport === 'udp' ? '07' : '0A'} `,
  );
  while (!entry.test(readFileSync(`/proc/net/${transport}`, 'latin1'))) {
    if (Date.now() > deadline) throw new Error(`nobody took ${transport} port ${port} in ${seconds} s`);
    await sleep(5);
  }
}
