import type { Address, TransportName } from '@ringback/sip';

/** One address of record bound to one contact (§10.2), as the location service keeps it. Plain data but for `flow`. */
export interface Binding extends StoredBinding {
  /** The flow its REGISTER came over; absent after a restart, when only the addresses are left. */
  readonly flowId?: string;
  /** Its flow closed at this time: not called any more, but waited for a little while. */
  readonly ghostSince?: number;
}

/** What outlives the process. A binding tied to its flow is never stored: the flow dies with the process. */
export interface StoredBinding {
  /** Canonical address of record: `sip:alice@example.com`. */
  readonly aor: string;
  /** Names the binding within its AOR: `<instance>#<reg-id>` for outbound (RFC 5626 §6), else the contact as first seen. */
  readonly key: string;
  /** The contact URI as registered. */
  readonly contact: string;
  /** Its header parameters without `expires` and `q`, as text: `;+sip.instance="<urn:uuid:…>";reg-id=1`. */
  readonly params: string;
  /** Path vector in order (RFC 3327 §5.3), each value as received. */
  readonly path: readonly string[];
  readonly transport: TransportName;
  /** Where the REGISTER came from. */
  readonly source: Address;
  /** Reachable over its flow only: a WebSocket, or a TCP peer whose contact cannot be connected to. Dies with it. */
  readonly tied: boolean;
  /** `urn:uuid:…` of `+sip.instance`, without the angle brackets. */
  readonly instance?: string;
  readonly regId?: number;
  readonly callId: string;
  readonly cseq: number;
  /** 0 to 1 in thousandths (§20.10), default 1000. */
  readonly q: number;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** What a REGISTER asks for, before the service decides which binding it is. */
export interface BindingRequest extends Omit<Binding, 'aor' | 'key' | 'callId' | 'cseq' | 'ghostSince'> {}

export type BindingChange =
  | { readonly type: 'put'; readonly binding: StoredBinding }
  | { readonly type: 'delete'; readonly aor: string; readonly key: string };
