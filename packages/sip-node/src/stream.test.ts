import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { silent } from '@ringback/sip';
import { RecordingUser } from '@ringback/sip/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { StreamListener, type StreamOptions } from './stream.ts';

const HOST = '127.0.0.1';

async function listen(user: RecordingUser, options: Partial<StreamOptions> = {}): Promise<StreamListener> {
  const listener = await StreamListener.listen({
    transport: 'TCP',
    host: HOST,
    port: 0,
    user,
    log: silent,
    ...options,
  });
  onTestFinished(() => listener.close());
  return listener;
}

describe('TCP connections', () => {
  it('are made on request; what is sent meanwhile follows in order once they are up', async () => {
    const user = new RecordingUser();
    const listener = await listen(user);
    const far = await listen(user);
    const flow = listener.connect({ transport: 'TCP', ...far.local });
    expect(flow?.state).toBe('connecting');
    flow?.send(Buffer.from('one'));
    flow?.send(Buffer.from('two'));
    let text = '';
    while (text.length < 6) text += (await user.next('received')).text;
    expect(text).toBe('onetwo');
    expect(flow?.state).toBe('open');
  });

  it('that are refused are told closed with the reason, never inside connect', async () => {
    const user = new RecordingUser();
    const listener = await listen(user);
    const nobody = createServer().listen(0, HOST);
    await once(nobody, 'listening');
    const { port } = nobody.address() as { port: number };
    nobody.close();
    await once(nobody, 'close');
    const flow = listener.connect({ transport: 'TCP', host: HOST, port });
    expect(user.events).toEqual([]);
    const closed = await user.next('closed');
    expect(closed.flow).toBe(flow);
    expect(closed.cause).toMatch(/ECONNREFUSED/);
  });

  it('to the other address family are not ours to make', async () => {
    const listener = await listen(new RecordingUser());
    expect(listener.connect({ transport: 'TCP', host: '::1', port: 5060 })).toBeUndefined();
  });

  it('that say nothing are closed', async () => {
    const user = new RecordingUser();
    const listener = await listen(user, { limits: { firstOctet: 20 } });
    const socket = connect(listener.local);
    onTestFinished(() => void socket.destroy());
    expect((await user.next('closed')).cause).toBe('idle');
  });

  it('are so many per address; one more is cut off, and a freed place is taken again', async () => {
    const user = new RecordingUser();
    const listener = await listen(user, { limits: { perAddress: 1 } });
    const first = connect(listener.local);
    await user.next('opened');
    const second = connect(listener.local);
    second.on('error', () => {});
    await once(second, 'close');
    first.end();
    await user.next('closed');
    const third = connect(listener.local);
    await user.next('opened');
    third.end();
    await user.next('closed');
  });

  it('from an address that is not accepted are cut off', async () => {
    const user = new RecordingUser();
    const listener = await listen(user, { accepts: () => false });
    const socket = connect(listener.local);
    socket.on('error', () => {});
    await once(socket, 'close');
    expect(user.events).toEqual([]);
  });

  it('whose peer does not read are closed instead of filling memory', async () => {
    const user = new RecordingUser();
    const listener = await listen(user, { limits: { backlog: 100_000 } });
    const socket = connect(listener.local);
    onTestFinished(() => void socket.destroy());
    socket.pause();
    const { flow } = await user.next('opened');
    for (let n = 0; flow.state === 'open' && n < 10_000; n += 1) flow.send(Buffer.alloc(50_000));
    expect((await user.next('closed')).cause).toBe('peer does not read');
  });

  it('on a port that is taken end in the error of the system', async () => {
    const taken = await listen(new RecordingUser());
    const { port } = taken.local;
    await expect(listen(new RecordingUser(), { port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
