import { type Direction, effectiveDirection, isRtp, parseSdp } from '../sdp/index.ts';

/** Does this offer put us on hold: sending only, nothing at all, or the old `c=0.0.0.0` (RFC 3264 §8.4)? */
export function heldByOffer(offer: string): boolean {
  const direction = mediaDirection(offer);
  return direction === 'sendonly' || direction === 'inactive';
}

/**
 * Does the far side hold us, by its answer to our offer? An answer can only take away from what was offered, so an offer that asked for
 * nothing tells nothing: then it is as before.
 */
export function heldByAnswer(offer: string, answer: string, before: boolean): boolean {
  const given = mediaDirection(answer);
  switch (mediaDirection(offer)) {
    case 'inactive':
      return before;
    case 'sendonly':
      return given === 'inactive';
    case 'recvonly':
    case 'sendrecv':
      return given === 'sendonly' || given === 'inactive';
  }
}

/** Of the first stream that is in use. */
function mediaDirection(text: string): Direction {
  const sdp = parseSdp(text);
  if (!sdp.ok) return 'sendrecv';
  const stream = sdp.value.media.find((section) => section.port !== 0 && isRtp(section));
  return stream ? effectiveDirection(sdp.value, stream) : 'sendrecv';
}
