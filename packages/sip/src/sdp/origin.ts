import { line } from './attributes.ts';
import { type MediaSection, printSdp, type SessionDescription } from './session-description.ts';

/** `o=<username> <sess-id> <sess-version> <nettype> <addrtype> <address>`; the numbers have up to 64 bits and stay text. */
export interface Origin {
  readonly username: string;
  readonly sessionId: string;
  readonly version: string;
  readonly address: string;
}

export function origin(sdp: SessionDescription): Origin {
  const [username = '-', sessionId = '0', version = '0', , , address = ''] = (line(sdp, 'o') ?? '').split(' ');
  return { username, sessionId, version, address };
}

/** The description with the o= version one higher: an offer or answer that differs from the last one (RFC 3264 §8). */
export function bumpVersion(sdp: SessionDescription): SessionDescription {
  const { version } = origin(sdp);
  return withVersion(sdp, /^\d{1,20}$/.test(version) ? (BigInt(version) + 1n).toString() : '1');
}

export function withVersion(sdp: SessionDescription, version: string): SessionDescription {
  const lines = sdp.lines.map((each) => {
    if (each.type !== 'o') return each;
    const parts = each.value.split(' ');
    parts[2] = version;
    return { type: 'o', value: parts.join(' ') };
  });
  return { ...sdp, lines };
}

/** Whether two descriptions say the same but for the version: then it must not go up (RFC 3264 §8). */
export function equalButVersion(a: SessionDescription, b: SessionDescription): boolean {
  return printSdp(withVersion(a, '0')) === printSdp(withVersion(b, '0'));
}

/** The address of `c=`: that of the m-section, else that of the session (RFC 8866 §5.7), without TTL and count. */
export function connectionAddress(sdp: SessionDescription, section?: MediaSection): string | undefined {
  const value = (section === undefined ? undefined : line(section, 'c')) ?? line(sdp, 'c');
  return value?.split(' ')[2]?.split('/')[0];
}
