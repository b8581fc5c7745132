import type { Session } from '@ringback/sip';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FixedDescription } from './fixed-description.ts';
import { type NodeUserAgent, type NodeUserAgentOptions, openUserAgent } from './node-user-agent.ts';
import { findServer } from './server-address.ts';

async function open(user: string, options: Partial<NodeUserAgentOptions>): Promise<NodeUserAgent> {
  const opened = await openUserAgent({ account: { aor: `sip:${user}@example.com` }, ...options });
  onTestFinished(() => opened.close());
  return opened;
}

describe.each(['udp', 'tcp'])('two user agents on real sockets, over %s', (transport) => {
  it('call, talk and hang up; nothing is left', async () => {
    const bob = await open('bob', { events: { incoming: (session) => session.answer() } });
    const { host, port } = bob.port.local;
    let alice: NodeUserAgent | undefined;
    const session = await new Promise<Session>((ended) => {
      const events: NodeUserAgentOptions['events'] = {
        session: (each) => {
          if (each.state === 'connected') each.hangUp();
        },
        ended,
      };
      void open('alice', { server: `sip:${host}:${port};transport=${transport}`, events }).then((opened) => {
        alice = opened;
        opened.agent.call('sip:bob@example.com');
      });
    });
    expect(session.end).toMatchObject({ by: 'local', kind: 'hangup' });
    expect(session.remoteDescription).toContain('m=audio');
    await Promise.all([alice?.close(), bob.close()]);
    const none = { transactions: 0, dialogs: 0, sessions: 0, timers: 0 };
    expect([alice?.agent.counts, bob.agent.counts]).toEqual([none, none]);
  });
});

describe('the server of a user agent', () => {
  it.each([
    ['sip:192.0.2.1', { transport: 'UDP', host: '192.0.2.1', port: 5060 }],
    ['sip:192.0.2.1:5070;transport=tcp', { transport: 'TCP', host: '192.0.2.1', port: 5070 }],
    ['sips:192.0.2.1', { transport: 'TLS', host: '192.0.2.1', port: 5061 }],
    ['sip:[2001:db8::1]', { transport: 'UDP', host: '2001:db8::1', port: 5060 }],
    ['wss://192.0.2.1/ws', { transport: 'WSS', host: '192.0.2.1', port: 443 }],
    ['ws://[2001:db8::1]:8080/sip', { transport: 'WS', host: '2001:db8::1', port: 8080 }],
  ])('of %s is read off its URI', async (uri, destination) => {
    expect(await findServer(uri)).toEqual([destination]);
  });

  it('is refused when it is no such URI', async () => {
    await expect(findServer('tel:+15551234')).rejects.toThrow(TypeError);
    await expect(findServer('sip:192.0.2.1;transport=carrier-pigeon')).rejects.toThrow('unknown transport');
  });
});

describe('a description without media', () => {
  const offer = (...media: string[]): string =>
    ['v=0', 'o=- 1 1 IN IP4 192.0.2.2', 's=-', 'c=IN IP4 192.0.2.2', 't=0 0', ...media, ''].join('\r\n');

  it('takes the first plain audio stream and refuses the others in their places (RFC 3264 §6)', async () => {
    const text = offer('m=video 5004 RTP/AVP 96', 'm=audio 5006 RTP/AVP 97 8', 'a=sendonly');
    const answer = await new FixedDescription().createAnswer(text, { hold: false });
    expect(answer).toContain('m=video 0 RTP/AVP 96\r\nm=audio 9 RTP/AVP 8\r\na=recvonly\r\n');
  });

  it('raises the version of its o= line with each description', async () => {
    const description = new FixedDescription();
    const versions = [
      await description.createOffer({ hold: false }),
      await description.createOffer({ hold: true }),
    ].map((text) => /^o=- \d+ (\d+)/m.exec(text)?.[1]);
    expect(versions).toEqual(['1', '2']);
  });

  it('refuses what has no such stream with 488', async () => {
    const text = offer('m=audio 5004 UDP/TLS/RTP/SAVPF 111');
    await expect(new FixedDescription().createAnswer(text, { hold: false })).rejects.toMatchObject({ status: 488 });
  });
});
