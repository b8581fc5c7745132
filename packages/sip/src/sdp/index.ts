/** Session descriptions (RFC 8866) and what offer and answer ask of them (RFC 3264): pure, without loss. */
export {
  addAttribute,
  attribute,
  attributes,
  hasAttribute,
  type Lines,
  line,
  withAttribute,
  withoutAttribute,
} from './attributes.ts';
export { type Codec, codec, codecs, fmtpValue } from './codecs.ts';
export { declineOffer } from './decline.ts';
export {
  answerDirection,
  type Direction,
  direction,
  effectiveDirection,
  holds,
  isRtp,
  receives,
  reverse,
  sends,
  setDirection,
  setMediaDirection,
} from './direction.ts';
export {
  candidates,
  dtlsSetup,
  fingerprints,
  hasIce,
  type IceCredentials,
  iceCredentials,
  isWebRtc,
  mid,
  restartsIce,
  tricklesIce,
} from './ice.ts';
export {
  type IceFragment,
  matchesIce,
  parseIceFragment,
  printIceFragment,
  type TrickledMedia,
} from './ice-fragment.ts';
export { bumpVersion, connectionAddress, equalButVersion, type Origin, origin, withVersion } from './origin.ts';
export {
  type MediaSection,
  parseSdp,
  printSdp,
  type SdpFailure,
  type SdpLine,
  type SessionDescription,
  withMedia,
} from './session-description.ts';
