/**
 * When an offer or answer may leave although ICE is still gathering.
 *
 * Waiting for "complete" takes 40 s when one STUN server is silent, so the description leaves with the first candidate
 * that can work; whatever is found later is told by one re-INVITE, and only if no pair has connected by then.
 */
export interface IceSendingRule {
  /** ICE servers are configured and the far side does not trickle: a host candidate alone may be useless to it. */
  readonly needsReflexive: boolean;
  /** Policy: no candidate but a relayed one may leave. */
  readonly relayOnly: boolean;
  /** Milliseconds after which the description leaves with whatever there is, or with the first there will be. */
  readonly cap: number;
  /** Milliseconds after which it leaves even with none. */
  readonly limit: number;
  /** Milliseconds to let the candidates of the other interfaces, found in the same burst, come along. */
  readonly settle: number;
}

export const DEFAULT_RULE: IceSendingRule = {
  needsReflexive: false,
  relayOnly: false,
  cap: 500,
  limit: 5000,
  settle: 10,
};

export interface CandidateKind {
  readonly type: string | null;
  readonly protocol: string | null;
}

export function isUsable(candidate: CandidateKind, rule: IceSendingRule): boolean {
  // A TCP candidate of a browser is always active (port 9): nobody can connect to it (RFC 6544 §4.5).
  if (candidate.protocol === 'tcp' && candidate.type !== 'relay') return false;
  if (rule.relayOnly) return candidate.type === 'relay';
  if (rule.needsReflexive)
    return candidate.type === 'srflx' || candidate.type === 'prflx' || candidate.type === 'relay';
  return candidate.type !== null;
}

/** candidate = foundation SP component-id SP transport SP priority SP address SP port SP "typ" SP cand-type (RFC 8839 §5.1) */
export function candidatesIn(sdp: string): CandidateKind[] {
  const found: CandidateKind[] = [];
  for (const line of sdp.split(/\r?\n/)) {
    if (!line.startsWith('a=candidate:')) continue;
    const words = line.slice('a=candidate:'.length).split(' ');
    found.push({ protocol: words[2]?.toLowerCase() ?? null, type: words[words.indexOf('typ') + 1] ?? null });
  }
  return found;
}

/** What of an RTCPeerConnection the rule looks at. */
export interface GatheringPeer extends Pick<EventTarget, 'addEventListener' | 'removeEventListener'> {
  readonly iceGatheringState: string;
  readonly localDescription: { readonly sdp: string } | null;
}

export type Delay = (milliseconds: number, run: () => void) => () => void;

/** Resolves when the local description may leave under `rule`. */
export function mayLeave(peer: GatheringPeer, rule: IceSendingRule, delay: Delay): Promise<void> {
  return new Promise((resolve) => {
    const found = (): readonly CandidateKind[] => candidatesIn(peer.localDescription?.sdp ?? '');
    const known = found();
    // "Complete" without a candidate is the state of the gathering before this one: ICE restarts, and it is about to begin.
    const complete = peer.iceGatheringState === 'complete' && known.length > 0;
    if (complete || known.some((candidate) => isUsable(candidate, rule))) {
      resolve();
      return;
    }
    let accepted = rule;
    const stopCap = delay(rule.cap, () => {
      accepted = { ...rule, needsReflexive: false };
      if (found().some((candidate) => isUsable(candidate, accepted))) leave();
    });
    const stopLimit = delay(rule.limit, leave);
    let stopSettle: (() => void) | undefined;

    function leave(): void {
      stopCap();
      stopLimit();
      stopSettle?.();
      peer.removeEventListener('icecandidate', onCandidate);
      peer.removeEventListener('icegatheringstatechange', onState);
      resolve();
    }
    function onCandidate(event: Event): void {
      const candidate = (event as unknown as { readonly candidate: CandidateKind | null }).candidate;
      if (candidate && isUsable(candidate, accepted)) stopSettle ??= delay(rule.settle, leave);
    }
    function onState(): void {
      if (peer.iceGatheringState === 'complete') leave();
    }
    peer.addEventListener('icecandidate', onCandidate);
    peer.addEventListener('icegatheringstatechange', onState);
  });
}

export const timeoutDelay: Delay = (milliseconds, run) => {
  const timer = setTimeout(run, milliseconds);
  return () => clearTimeout(timer);
};
