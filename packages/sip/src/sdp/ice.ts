import { attribute, attributes, hasAttribute } from './attributes.ts';
import type { MediaSection, SessionDescription } from './session-description.ts';

export interface IceCredentials {
  readonly ufrag: string;
  readonly pwd: string;
}

/** `a=ice-ufrag` and `a=ice-pwd`, of the m-section or else of the session (RFC 8839 §5.4). */
export function iceCredentials(sdp: SessionDescription, section?: MediaSection): IceCredentials | undefined {
  const ufrag = inherited(sdp, section, 'ice-ufrag');
  const pwd = inherited(sdp, section, 'ice-pwd');
  return ufrag === undefined || pwd === undefined ? undefined : { ufrag, pwd };
}

/** Whether ICE is used in that m-section, or in any when none is given. */
export function hasIce(sdp: SessionDescription, section?: MediaSection): boolean {
  if (section !== undefined) return iceCredentials(sdp, section) !== undefined;
  return hasAttribute(sdp, 'ice-ufrag') || sdp.media.some((each) => hasAttribute(each, 'ice-ufrag'));
}

/** Candidates of an m-section, each as the text after `a=candidate:`. */
export function candidates(section: MediaSection): readonly string[] {
  return attributes(section, 'candidate');
}

/** Whether the writer of the description takes candidates that come later (RFC 8840 §5.1). */
export function tricklesIce(sdp: SessionDescription): boolean {
  const options = [sdp, ...sdp.media].flatMap((each) => attributes(each, 'ice-options'));
  return options.some((each) => each.split(' ').includes('trickle'));
}

/** Whether `next` restarts ICE against `last` in that m-section: both ufrag and pwd changed (RFC 8839 §4.4.1.1.1). */
export function restartsIce(last: SessionDescription, next: SessionDescription, index: number): boolean {
  const before = iceCredentials(last, last.media[index]);
  const after = iceCredentials(next, next.media[index]);
  return before !== undefined && after !== undefined && before.ufrag !== after.ufrag && before.pwd !== after.pwd;
}

/** `a=fingerprint` values that hold for the m-section, or for any when none is given (RFC 8122 §5). */
export function fingerprints(sdp: SessionDescription, section?: MediaSection): readonly string[] {
  const own = (section === undefined ? sdp.media : [section]).flatMap((each) => attributes(each, 'fingerprint'));
  return own.length > 0 ? own : attributes(sdp, 'fingerprint');
}

/** `a=setup` (RFC 4145, RFC 5763): active, passive, actpass, holdconn. */
export function dtlsSetup(sdp: SessionDescription, section?: MediaSection): string | undefined {
  return inherited(sdp, section, 'setup');
}

/** Whether the description is of the kind browsers write: DTLS-SRTP with a fingerprint, for every section in use (RFC 8827 §6.5). */
export function isWebRtc(sdp: SessionDescription): boolean {
  const used = sdp.media.filter((section) => section.port !== 0);
  return used.length > 0 && used.every((section) => isDtls(section) && fingerprints(sdp, section).length > 0);
}

/** The a=mid of an m-section (RFC 8843). */
export function mid(section: MediaSection): string | undefined {
  return attribute(section, 'mid');
}

function isDtls(section: MediaSection): boolean {
  return section.protocol.includes('TLS/') || section.protocol.includes('DTLS/');
}

function inherited(sdp: SessionDescription, section: MediaSection | undefined, name: string): string | undefined {
  return (section === undefined ? undefined : attribute(section, name)) ?? attribute(sdp, name);
}
