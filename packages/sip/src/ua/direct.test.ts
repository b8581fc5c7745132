import { expect, test } from 'vitest';
import { MemoryNetwork, ScriptedPeer, seededRandom, TestAgent, VirtualClock } from '../testing/index.ts';
import type { TransportName } from '../transport/index.ts';
import type { Account } from './options.ts';

/** Somebody calls us past our server, which is not there. */
function called(transport: TransportName, account: Partial<Account> = {}) {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(4) });
  const peer = new ScriptedPeer(network.host('192.0.2.2'), clock, transport, 5070);
  const alice = new TestAgent(network, '192.0.2.1', {
    user: 'alice',
    server: { transport, host: '192.0.2.9', port: 5060 },
    listen: [[transport, 5060]],
    options: { account: { aor: 'sip:alice@example.com', ...account } },
  });
  alice.agent.start();
  const to = { transport, host: '192.0.2.1', port: 5060 };
  if (transport === 'TCP') peer.connect(to);
  const ask = (method: string, cseq: number, toTag = '', rest = 'Content-Length: 0') =>
    peer.send(
      `${method} sip:alice@example.com SIP/2.0
Via: SIP/2.0/${transport} 192.0.2.2:5070;branch=z9hG4bK${method}${cseq}
Max-Forwards: 70
From: <sip:bob@example.com>;tag=b
To: <sip:alice@example.com>${toTag}
Call-ID: direct
CSeq: ${cseq} ${method}
Contact: <sip:bob@192.0.2.2:5070>
${rest}

`,
      transport === 'TCP' ? undefined : to,
    );
  /** He calls, Alice answers, and they talk: her 200. */
  const talk = async (): Promise<string> => {
    ask('INVITE', 1);
    await clock.advanceSettled(50);
    alice.session.answer();
    await clock.advanceSettled(50);
    const ok = peer.expect(/^SIP\/2.0 200 [\s\S]*CSeq: 1 INVITE/).text;
    const [toTag] = /;tag=\w+(?=\r\nCall-ID)/.exec(ok) ?? [];
    const answer = 'v=0\no=- 1 1 IN IP4 192.0.2.2\ns=-\nc=IN IP4 192.0.2.2\nt=0 0\nm=audio 4000 RTP/AVP 0\n';
    const length = answer.length + answer.split('\n').length - 1;
    ask('ACK', 1, toTag, `Content-Type: application/sdp\nContent-Length: ${length}\n\n${answer}`.trimEnd());
    await clock.advanceSettled(50);
    expect(alice.session.state).toBe('connected');
    return ok;
  };
  return { clock, peer, alice, talk };
}

test.each(['UDP', 'TCP'] as const)(
  'who is called past its server over %s shows a Contact and talks back the same way, re-INVITE and BYE (RFC 3261 §12.1.1, §12.2.1.1)',
  async (transport) => {
    const { clock, peer, alice, talk } = called(transport);
    expect(await talk()).toMatch(
      new RegExp(`^Contact: <sip:\\w+@192.0.2.1:5060${transport === 'TCP' ? ';transport=tcp' : ''}>`, 'm'),
    );
    alice.session.hold();
    await clock.advanceSettled(50);
    expect(peer.expect(/^INVITE sip:bob@192.0.2.2:5070 /).text).toContain('a=sendonly');
    alice.session.hangUp();
    await clock.advanceSettled(50);
    peer.expect(/^BYE sip:bob@192.0.2.2:5070 /);
    void alice.agent.stop();
    await clock.advanceSettled(200_000);
  },
);

test('who called us past our server gets no credentials, whatever realm he names and in whatever request (RFC 3261 §22.3, §26.1)', async () => {
  const { clock, peer, alice, talk } = called('UDP', { password: 'secret', realms: ['example.com'] });
  await talk();
  alice.session.hangUp();
  await clock.advanceSettled(50);
  const bye = peer.expect(/^BYE /).text;
  const echoed = bye.split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq):/.test(line));
  const challenge = 'Digest realm="example.com", nonce="chosen", algorithm=MD5';
  peer.send(
    ['SIP/2.0 407 Who are you', ...echoed, `Proxy-Authenticate: ${challenge}`, 'Content-Length: 0', '', ''].join('\n'),
    { transport: 'UDP', host: '192.0.2.1', port: 5060 },
  );
  await clock.advanceSettled(200_000);
  expect(peer.heard.map(({ text }) => text).filter((text) => /authorization|response=/i.test(text))).toEqual([]);
  expect(peer.heard.filter(({ text }) => text.startsWith('BYE '))).toHaveLength(1);
  void alice.agent.stop();
  await clock.advanceSettled(200_000);
});
