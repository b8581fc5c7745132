import { err, ok, type Result } from '../runtime/result.ts';
import { addAttribute, attribute, hasAttribute } from './attributes.ts';
import { candidates, type IceCredentials, iceCredentials, mid } from './ice.ts';
import {
  type MediaSection,
  parseSdp,
  printSdp,
  type SdpFailure,
  type SdpLine,
  type SessionDescription,
} from './session-description.ts';

/** What one `application/trickle-ice-sdpfrag` body says of one m-section (RFC 8840 §4.4). */
export interface TrickledMedia extends IceCredentials {
  readonly mid: string;
  /** Each as the text after `a=candidate:`; all that are known so far, not only the new ones (RFC 8840 §4.4). */
  readonly candidates: readonly string[];
  /** No more will come for this m-section. */
  readonly complete: boolean;
}

/** Candidates on their way in an INFO, with the ICE generation they belong to. */
export interface IceFragment {
  readonly media: readonly TrickledMedia[];
  /** Of the session level, where they stand there. */
  readonly credentials?: IceCredentials;
  /** No more will come for any m-section. */
  readonly complete: boolean;
}

/** Reads a fragment; one without ufrag and pwd, or with an m-section without mid, is none (RFC 8840 §4.4, §9.2). */
export function parseIceFragment(text: string): Result<IceFragment, SdpFailure> {
  const read = parseSdp(`v=0\r\no=-\r\n${text}`);
  if (!read.ok) return err({ ...read.error, line: Math.max(1, read.error.line - 2) });
  const sdp = read.value;
  const credentials = iceCredentials(sdp);
  const complete = hasAttribute(sdp, END);
  const media: TrickledMedia[] = [];
  for (const section of sdp.media) {
    const [name, own] = [mid(section), iceCredentials(sdp, section)];
    if (name === undefined || own === undefined) return err({ line: 1, detail: 'expected mid, ice-ufrag and ice-pwd' });
    media.push({
      ...own,
      mid: name,
      candidates: candidates(section),
      complete: complete || hasAttribute(section, END),
    });
  }
  if (credentials !== undefined) return ok({ credentials, media, complete });
  return media.length > 0 ? ok({ media, complete }) : err({ line: 1, detail: 'expected ice-ufrag and ice-pwd' });
}

/**
 * The fragment that says where the gathering of `sdp` stands: m-line, mid and candidates of each m-section that has a mid;
 * ufrag and pwd at the level where the description has them (RFC 8840 §9.2). `complete` adds a=end-of-candidates for all
 * of them, at the session level. Undefined where the description has no ICE.
 */
export function printIceFragment(sdp: SessionDescription, complete: boolean): string | undefined {
  const media = sdp.media.filter(
    (section) => attribute(section, 'mid') !== undefined && iceCredentials(sdp, section) !== undefined,
  );
  if (media.length === 0) return undefined;
  const head = { lines: sdp.lines.filter(isTrickled), media: media.map(fragmentOf) };
  return printSdp(complete && !hasAttribute(head, END) ? addAttribute(head, END) : head);
}

/** Whether the fragment is of the ICE generation of `sdp`; one that is late over a restart is to be dropped (RFC 8840 §4.4). */
export function matchesIce(sdp: SessionDescription, fragment: IceFragment): boolean {
  if (fragment.media.length === 0) return equal(iceCredentials(sdp), fragment.credentials);
  return fragment.media.every((each) => {
    const section = sdp.media.find((one) => mid(one) === each.mid);
    return section !== undefined && equal(iceCredentials(sdp, section), each);
  });
}

const END = 'end-of-candidates';

function fragmentOf(section: MediaSection): MediaSection {
  return { ...section, lines: section.lines.filter(isTrickled) };
}

function isTrickled({ type, value }: SdpLine): boolean {
  return type === 'a' && /^((mid|candidate|ice-ufrag|ice-pwd):|end-of-candidates$)/.test(value);
}

function equal(own: IceCredentials | undefined, other: IceCredentials | undefined): boolean {
  return own !== undefined && own.ufrag === other?.ufrag && own.pwd === other.pwd;
}
