import { hasAttribute, withAttribute, withoutAttribute } from './attributes.ts';
import { hasIce } from './ice.ts';
import { connectionAddress } from './origin.ts';
import type { MediaSection, SessionDescription } from './session-description.ts';

/** Seen from the side that wrote the description (RFC 8866 §6.7). */
export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

const DIRECTIONS: readonly Direction[] = ['sendrecv', 'sendonly', 'recvonly', 'inactive'];

/** The direction of an m-section: its own, else that of the session, else sendrecv (RFC 3264 §5.1). */
export function direction(sdp: SessionDescription, section: MediaSection): Direction {
  const own = DIRECTIONS.find((each) => hasAttribute(section, each));
  return own ?? DIRECTIONS.find((each) => hasAttribute(sdp, each)) ?? 'sendrecv';
}

/**
 * The direction meant, with the old way to hold understood: `c=0.0.0.0` says "send me nothing" (RFC 3264 §8.4).
 * With ICE the address is only a placeholder (RFC 8839 §4.2.1.2) and says nothing.
 */
export function effectiveDirection(sdp: SessionDescription, section: MediaSection): Direction {
  const said = direction(sdp, section);
  if (section.port === 0) return 'inactive';
  const silent = connectionAddress(sdp, section) === '0.0.0.0' && !hasIce(sdp, section);
  return silent ? join(sends(said), false) : said;
}

/** Whether the side that wrote the description holds the call: it wants no media in any m-section of sound or picture. */
export function holds(sdp: SessionDescription): boolean {
  const sections = sdp.media.filter((section) => section.port !== 0 && isRtp(section));
  return sections.length > 0 && sections.every((section) => !receives(effectiveDirection(sdp, section)));
}

/** The description with the direction set in every m-section that is not rejected, and none left at the session level. */
export function setDirection(sdp: SessionDescription, value: Direction): SessionDescription {
  const media = sdp.media.map((section) =>
    section.port === 0 || !isRtp(section) ? section : setMediaDirection(section, value),
  );
  return { ...withoutAttribute(sdp, ...DIRECTIONS), media };
}

/** The m-section with that direction, at the place where its old one stood. */
export function setMediaDirection(section: MediaSection, value: Direction): MediaSection {
  const old = DIRECTIONS.find((each) => hasAttribute(section, each));
  if (old === undefined) return withAttribute(section, value);
  const lines = section.lines.map((each) => (each.type === 'a' && each.value === old ? { type: 'a', value } : each));
  return { ...section, lines };
}

/** The answer to an offered direction when we wish for `wanted`: no more than the other side allows (RFC 3264 §6.1). */
export function answerDirection(offered: Direction, wanted: Direction): Direction {
  return join(sends(wanted) && receives(offered), receives(wanted) && sends(offered));
}

/** The same direction seen from the other side. */
export function reverse(value: Direction): Direction {
  return join(receives(value), sends(value));
}

export function sends(value: Direction): boolean {
  return value === 'sendrecv' || value === 'sendonly';
}

export function receives(value: Direction): boolean {
  return value === 'sendrecv' || value === 'recvonly';
}

/** Whether the section carries RTP, and so has a direction at all. */
export function isRtp(section: MediaSection): boolean {
  return section.protocol.includes('RTP/');
}

function join(send: boolean, receive: boolean): Direction {
  if (send) return receive ? 'sendrecv' : 'sendonly';
  return receive ? 'recvonly' : 'inactive';
}
