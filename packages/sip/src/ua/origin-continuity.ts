import { bumpVersion, equalButVersion, parseSdp, printSdp, type SessionDescription } from '../sdp/index.ts';

/**
 * Our next description in a session that had `before`: the same `o=` line, its version one higher if and only if something else changed
 * (RFC 3264 §8). So it stays one session for the far side when another peer connection goes on with it.
 */
export function continueOrigin(before: string, next: string): string {
  const old = parseSdp(before);
  const fresh = parseSdp(next);
  if (!old.ok || !fresh.ok) return next;
  const line = old.value.lines.find(({ type }) => type === 'o');
  if (!line) return next;
  const continued: SessionDescription = {
    ...fresh.value,
    lines: fresh.value.lines.map((each) => (each.type === 'o' ? line : each)),
  };
  return equalButVersion(old.value, continued) ? printSdp(continued) : printSdp(bumpVersion(continued));
}
