import { once } from 'node:events';
import { createServer } from 'node:http';
import { RecordingUser } from '@ringback/sip/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { WebSocketFlow, type WebSocketLimits, WebSocketListener } from './websocket-listener.ts';

async function listen(user: RecordingUser, limits: Partial<WebSocketLimits> = {}, session?: string): Promise<string> {
  const listener = new WebSocketListener({ transport: 'WS', user, limits });
  const server = createServer();
  server.on('upgrade', (request, socket, head) => listener.upgrade(request, socket, head, session));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    await listener.close();
    server.close();
  });
  return `ws://127.0.0.1:${(server.address() as { port: number }).port}/ws`;
}

async function statusOf(socket: WebSocket): Promise<number> {
  socket.on('error', () => {});
  const [, response] = await once(socket, 'unexpected-response');
  return response.statusCode;
}

describe('SIP over WebSocket', () => {
  it('is agreed on by the subprotocol "sip" alone, whatever else is offered (RFC 7118 §4, trap 4.2 #36, TPT-010)', async () => {
    const url = await listen(new RecordingUser());
    const socket = new WebSocket(url, ['xmpp', 'sip']);
    await once(socket, 'open');
    expect(socket.protocol).toBe('sip');
    socket.close();
    expect(await statusOf(new WebSocket(url, 'sips'))).toBe(400);
  });

  it('is refused without that subprotocol', async () => {
    const url = await listen(new RecordingUser());
    expect(await statusOf(new WebSocket(url))).toBe(400);
    expect(await statusOf(new WebSocket(url, 'xmpp'))).toBe(400);
  });

  it('keeps what the cookie stands for with the flow', async () => {
    const user = new RecordingUser();
    const socket = new WebSocket(await listen(user, {}, 'session-1'), 'sip');
    await once(socket, 'open');
    const { flow } = await user.next('opened');
    expect(flow).toBeInstanceOf(WebSocketFlow);
    expect(flow instanceof WebSocketFlow && flow.session).toBe('session-1');
    socket.close();
  });

  it('takes text and binary frames, answers text as text and what is no UTF-8 as binary (RFC 7118 §5, trap 4.1 #8, TPT-011, TPT-023)', async () => {
    const user = new RecordingUser();
    const socket = new WebSocket(await listen(user), 'sip');
    await once(socket, 'open');
    socket.send('text');
    socket.send(Buffer.from([0xff, 0xfe]));
    expect((await user.next('received')).text).toBe('text');
    const { flow, text } = await user.next('received');
    expect(text).toBe('\u00ff\u00fe');
    const frames: boolean[] = [];
    const two = new Promise<void>((resolve) =>
      socket.on('message', (_data, isBinary) => {
        frames.push(isBinary);
        if (frames.length === 2) resolve();
      }),
    );
    flow.send(Buffer.from('ü', 'utf8'));
    flow.send(Buffer.from([0xff]));
    await two;
    expect(frames).toEqual([false, true]);
    socket.close();
  });

  it('passes over empty frames', async () => {
    const user = new RecordingUser();
    const socket = new WebSocket(await listen(user), 'sip');
    await once(socket, 'open');
    socket.send('');
    socket.send('x');
    expect((await user.next('received')).text).toBe('x');
    socket.close();
  });

  it('ends with 1009 when a message is too long', async () => {
    const user = new RecordingUser();
    const socket = new WebSocket(await listen(user, { message: 100 }), 'sip');
    await once(socket, 'open');
    socket.send('x'.repeat(101));
    const [code] = await once(socket, 'close');
    expect(code).toBe(1009);
    await user.next('closed');
  });

  it('does not compress, whatever the client offers', async () => {
    const socket = new WebSocket(await listen(new RecordingUser()), 'sip', { perMessageDeflate: true });
    await once(socket, 'open');
    expect(socket.extensions).toBe('');
    socket.close();
  });

  it('pings a quiet peer and goes on while pongs come', async () => {
    const user = new RecordingUser();
    const socket = new WebSocket(await listen(user, { pingInterval: 10 }), 'sip');
    await once(socket, 'ping');
    await once(socket, 'ping');
    await once(socket, 'ping');
    expect(user.events.map(({ type }) => type)).toEqual(['opened']);
    socket.close();
  });

  it('finds a half-open connection by the pong that does not come', async () => {
    const user = new RecordingUser();
    const url = await listen(user, { pingInterval: 10, pongDeadline: 10 });
    const socket = new WebSocket(url, 'sip', { autoPong: false });
    socket.on('error', () => {});
    expect((await user.next('closed')).cause).toBe('no pong');
  });

  it('is so many connections per address; one more gets 503', async () => {
    const user = new RecordingUser();
    const url = await listen(user, { perAddress: 1 });
    const first = new WebSocket(url, 'sip');
    await once(first, 'open');
    expect(await statusOf(new WebSocket(url, 'sip'))).toBe(503);
    first.close();
    await user.next('closed');
    await once(first, 'close');
    const next = new WebSocket(url, 'sip');
    await once(next, 'open');
    next.close();
  });
});
