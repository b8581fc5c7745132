import { equalHost, type Flow, type Target } from '@ringback/sip';
import type { Core } from '../core.ts';
import type { FlowToken, PeerTag } from './flow-token.ts';

/**
 * Where a token leads now (RFC 5626 §5.3). A dead connection is healed: the same user agent may be on another one, or be
 * back on one in a moment. That is safe because the token is signed and the new flow was registered by the same account.
 */
export async function reachToken(
  { way, peer }: FlowToken,
  core: Core,
  upstream?: Target,
  otherwise?: (peer: PeerTag) => Promise<Target | undefined>,
): Promise<Target | undefined> {
  switch (way.kind) {
    case 'address': {
      const { transport, host, port } = way;
      return { destination: { transport, host, port } };
    }
    case 'upstream':
      return upstream;
    case 'connection': {
      const flow = core.flows.connection(way);
      if (flow !== undefined) return { flow };
      if (peer === undefined) return undefined;
      const now = core.flows.home(peer);
      const other = now === undefined ? await otherwise?.(peer) : undefined;
      if (other !== undefined) return other;
      const home = now ?? (await core.flows.whenHome(peer, core.limits.ghostWait));
      if (home === undefined) return undefined;
      core.log('info', 'flow-healed', { flow: home.id });
      return targetOf(home);
    }
  }
}

/** Whether a request on this flow comes from the party whose side the token is (SEC-GW-12). */
export function isSenderOf(token: FlowToken | undefined, flow: Flow, core: Core): boolean {
  if (token === undefined) return false;
  const { way, peer } = token;
  if (way.kind === 'address') return equalHost(way.host, flow.remote.host);
  if (core.flows.connection(way)?.id === flow.id) return true;
  return peer !== undefined && core.flows.identities(flow).some(({ tag }) => tag === peer);
}

/** Datagrams go to an address, so that a large request may go there by TCP (§18.1.1). */
function targetOf(flow: Flow): Target {
  if (flow.reliable) return { flow };
  return { destination: { transport: flow.transport, ...flow.remote } };
}
