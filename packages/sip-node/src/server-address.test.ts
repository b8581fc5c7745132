import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Session } from '@ringback/sip';
import { expect, it, onTestFinished } from 'vitest';
import { type NodeUserAgent, type NodeUserAgentOptions, openUserAgent } from './node-user-agent.ts';
import { findServer, nodeResolver } from './server-address.ts';

async function open(user: string, options: Partial<NodeUserAgentOptions> = {}): Promise<NodeUserAgent> {
  const opened = await openUserAgent({ account: { aor: `sip:${user}@example.com` }, ...options });
  onTestFinished(() => opened.close());
  return opened;
}

async function udp(answer: (datagram: Buffer) => Buffer): Promise<{ readonly port: number; readonly socket: Socket }> {
  const socket = createSocket('udp4');
  socket.on('message', (datagram, from) => socket.send(answer(datagram), from.port, from.address));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(() => void socket.close());
  return { port: socket.address().port, socket };
}

const A = 1;
const SRV = 33;
const NAPTR = 35;
const u16 = (...numbers: readonly number[]) => numbers.flatMap((number) => [number >> 8, number & 255]);
const text = (value: string) => [value.length, ...Buffer.from(value)];
const labels = (name: string) => [...name.split('.').flatMap(text), 0];

/** A name server on loopback (RFC 1035 §4): gives the data of the records of a type and name. */
async function nameServer(records: (type: number, name: string) => readonly (readonly number[])[]): Promise<string> {
  const { port } = await udp((query) => {
    const parts: string[] = [];
    let at = 12;
    for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
      parts.push(query.toString('latin1', at + 1, at + 1 + length));
      at += 1 + length;
    }
    const type = query.readUInt16BE(at + 1);
    const answers = records(type, parts.join('.').toLowerCase()).map((data) =>
      Buffer.from([...u16(0xc00c, type, 1, 0, 60, data.length), ...data]),
    );
    const head = [...u16(query.readUInt16BE(0), 0x8580, 1, answers.length, 0, 0)];
    return Buffer.concat([Buffer.from(head), query.subarray(12, at + 5), ...answers]);
  });
  return `127.0.0.1:${port}`;
}

it('a server is found by NAPTR and SRV in their order, and the next one takes the call when the first says 503 (RFC 3263 §4.1, §4.3, TPT-018)', async () => {
  const bob = await open('bob', { events: { incoming: (session) => session.answer() } });
  const branches: (string | undefined)[] = [];
  const busy = await udp((request) => {
    const lines = request.toString('latin1').split('\r\n');
    branches.push(/branch=([^;]+)/.exec(lines.join())?.[1]);
    const kept = lines.filter((line) => /^(?:Via|From|To|Call-ID|CSeq):/.test(line));
    return Buffer.from(['SIP/2.0 503 Busy', ...kept, 'Content-Length: 0', '', ''].join('\r\n'), 'latin1');
  });
  const dns = await nameServer((type, name) => {
    if (type === NAPTR && name === 'example.com')
      return [
        [...u16(20, 50), ...text('s'), ...text('SIP+D2T'), 0, ...labels('_sip._tcp.example.com')],
        [...u16(10, 50), ...text('s'), ...text('SIP+D2U'), 0, ...labels('_sip._udp.example.com')],
      ];
    if (type === SRV && name === '_sip._udp.example.com')
      return [
        [...u16(2, 0, bob.port.local.port), ...labels('bob.example.com')],
        [...u16(1, 0, busy.port), ...labels('busy.example.com')],
      ];
    return type === A && /^(?:bob|busy)\./.test(name) ? [[127, 0, 0, 1]] : [];
  });
  const resolver = nodeResolver([dns]);
  expect(await findServer('sip:example.com', resolver)).toEqual(
    [busy.port, bob.port.local.port].map((port) => ({ transport: 'UDP', host: '127.0.0.1', port })),
  );
  await expect(findServer('sip:elsewhere.example.org', resolver)).rejects.toThrow('no server');
  const session = await new Promise<Session>((done) => {
    const told = (call: Session) => {
      if (call.state === 'connected' || call.state === 'ended') done(call);
    };
    void open('alice', { server: 'sip:example.com', resolver, events: { session: told } }).then(({ agent }) =>
      agent.call('sip:bob@example.com'),
    );
  });
  expect(session.state).toBe('connected');
  // The INVITE, and the ACK of its transaction; what came after went to bob with another branch.
  expect(new Set(branches).size).toBe(1);
});

it('of several servers each has a flow (RFC 5626 §4.2)', async () => {
  const servers = await Promise.all(['one', 'two'].map((user) => open(user)));
  const reached = servers.map(({ port: { local } }) => `sip:127.0.0.1:${local.port};transport=tcp`);
  const alice = await new Promise<NodeUserAgent>((opened) => {
    let agent: NodeUserAgent | undefined;
    const flow = ({ state }: { readonly state: string }) => {
      if (state === 'open' && agent) opened(agent);
    };
    void open('alice', { server: reached, events: { flow } }).then((alice) => {
      agent = alice;
      flow(alice.agent.flow);
    });
  });
  expect(alice.agent.snapshot().registration.others).toHaveLength(1);
});
