import { addressParts, sameAddress } from '../../words/address.ts';
import { type Directory, partyOf } from '../../words/names.ts';
import type { Lane } from './rows.ts';

/** The end of the call that is not this phone. */
export type Far = 'caller' | 'callee';

/** Whose ladder it is. */
export interface Subject {
  /** Address of record of this phone. */
  readonly own: string;
  /** The far party of the call, and at which end it is, as far as the phone still knows. */
  readonly remote: { readonly uri: string; readonly displayName?: string } | undefined;
  readonly far: Far | undefined;
}

const ROLE: Record<Lane['role'], string> = {
  caller: 'Caller',
  callee: 'Callee',
  gateway: 'Gateway',
  server: 'Server',
  client: 'Phone',
  upstream: 'Upstream server',
};

/** Who stands at the head of a lane. */
export function laneName(lane: Lane, directory: Directory, { own, remote, far }: Subject): string {
  if (lane.role === 'gateway' || lane.role === 'server' || lane.role === 'upstream') return ROLE[lane.role];
  // A registration is this phone's own, under whatever address its connection goes by.
  if (lane.role === 'client') return `${partyOf({ uri: own }, directory).name} (you)`;
  // The gateway knows a connection that nobody registered over by its bare host and port, as that of a desk phone.
  if (!isAddressOfRecord(lane.label)) {
    if (remote !== undefined && lane.role === far) return partyOf(remote, directory).name;
    return lane.label === '' ? ROLE[lane.role] : partyOf({ uri: lane.label }, directory).name;
  }
  const { name } = partyOf({ uri: lane.label }, directory);
  return sameAddress(lane.label, own, directory.domain) ? `${name} (you)` : name;
}

/** What the gateway is to this account: it says so by what it shows, a server behind it or the people it keeps. */
export function gatewayDuty(lanes: readonly Lane[], directory: Directory): string {
  if (lanes.some((lane) => lane.role === 'upstream')) return 'edge proxy';
  return directory.people.length > 0 ? 'proxy and registrar' : 'proxy';
}

function isAddressOfRecord(label: string): boolean {
  const { user, host } = addressParts(label);
  return user !== '' && host !== '';
}
