import type { SipRequest, SipResponse } from '@ringback/sip';
import { expect } from 'vitest';
import { type Peer, register, World } from './world.ts';

/** A world where 192.0.2.20 is trusted, so that a test can write requests without digest, and bob has a plain UDP phone. */
export async function trusting(limits: ConstructorParameters<typeof World>[0] = {}) {
  const world = new World({ trusted: ['192.0.2.20'], ...limits });
  const caller = world.peer('192.0.2.20');
  const phone = world.peer('192.0.2.30');
  await bind(phone, 'bob', '<sip:bob@192.0.2.30:5060>');
  return { world, caller, phone };
}

export async function bind(peer: Peer, user: string, contact: string, callId = `reg-${user}`): Promise<void> {
  const response = await peer.askAs(user, register(user, `Contact: ${contact}`, { callId }));
  expect(response.status).toBe(200);
}

export function requests(peer: Peer, method?: string): readonly SipRequest[] {
  return peer.messages.filter(
    (message): message is SipRequest =>
      message.kind === 'request' && (method === undefined || message.method === method),
  );
}

export function responses(peer: Peer, method?: string): readonly SipResponse[] {
  return peer.messages.filter(
    (message): message is SipResponse =>
      message.kind === 'response' && (method === undefined || message.cseq.method === method),
  );
}

/** A response as a phone writes it to the last request of that method. */
export function reply(peer: Peer, status: string, method = 'INVITE', lines = ''): string {
  const got = requests(peer, method).at(-1);
  if (got === undefined) throw new Error(`no ${method}`);
  const copied = got.headers.fields.filter(({ key }) =>
    ['via', 'from', 'call-id', 'cseq', 'record-route'].includes(key),
  );
  const { host } = got.via;
  const tag = got.toTag === undefined ? `;tag=t${peer.scripted.flow?.local.host.split('.').at(-1)}` : '';
  return `SIP/2.0 ${status}
${copied.map(({ name, value }) => `${name}: ${value}`).join('\n')}
To: ${got.headers.get('to')}${tag}
Contact: <sip:phone@${peer.scripted.flow?.local.host ?? host}:5060>
${lines.trim()}
Content-Length: 0
`.replace(/\n\n/g, '\n');
}

export const BOB = 'sip:bob@example.com';

/** The CANCEL for an INVITE of the test's. */
export const cancelOf = (invite: string) =>
  invite
    .replaceAll('INVITE', 'CANCEL')
    .replace('Call-ID: CANCEL', 'Call-ID: INVITE')
    .replace(/Contact: .*\n/, '');
