import { attributes } from './attributes.ts';
import type { MediaSection } from './session-description.ts';

/** What a payload type stands for: `a=rtpmap:<type> <encoding>/<clock rate>[/<channels>]`. */
export interface Codec {
  readonly payloadType: number;
  /** As written; compares without regard to case (RFC 4855 §3). */
  readonly encoding: string;
  readonly clockRate: number;
  readonly channels: number;
  /** The text of its a=fmtp. */
  readonly parameters?: string;
}

/** Payload types that mean something without a=rtpmap (RFC 3551 §6), those still met. */
const statics: Readonly<Record<number, string>> = {
  0: 'PCMU/8000',
  3: 'GSM/8000',
  4: 'G723/8000',
  8: 'PCMA/8000',
  9: 'G722/8000',
  13: 'CN/8000',
  18: 'G729/8000',
  26: 'JPEG/90000',
  31: 'H261/90000',
  34: 'H263/90000',
};

/** The codecs of an m-section in the order of preference of the m-line; formats that say nothing are left out. */
export function codecs(section: MediaSection): readonly Codec[] {
  const maps = byPayloadType(section, 'rtpmap');
  const parameters = byPayloadType(section, 'fmtp');
  return section.formats.flatMap((format) => {
    if (!/^\d{1,3}$/.test(format)) return [];
    const text = maps.get(format) ?? statics[Number(format)];
    const [encoding = '', rate = '', channels = '1'] = text?.split('/') ?? [];
    if (encoding === '' || !/^\d{1,9}$/.test(rate)) return [];
    const fmtp = parameters.get(format);
    return {
      payloadType: Number(format),
      encoding,
      clockRate: Number(rate),
      channels: /^\d{1,3}$/.test(channels) ? Number(channels) : 1,
      ...(fmtp === undefined ? {} : { parameters: fmtp }),
    };
  });
}

/** The codec of that name, without regard to case: `codec(section, 'telephone-event')`. */
export function codec(section: MediaSection, encoding: string): Codec | undefined {
  return codecs(section).find((each) => each.encoding.toLowerCase() === encoding.toLowerCase());
}

/** The value of one fmtp parameter: `fmtpValue(opus, 'useinbandfec')`. */
export function fmtpValue(codec: Codec, name: string): string | undefined {
  for (const pair of codec.parameters?.split(';') ?? []) {
    const [key = '', value = ''] = pair.split('=');
    if (key.trim().toLowerCase() === name.toLowerCase()) return value.trim();
  }
  return undefined;
}

function byPayloadType(section: MediaSection, name: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const value of attributes(section, name)) {
    const space = value.indexOf(' ');
    if (space > 0) found.set(value.slice(0, space), value.slice(space + 1).trim());
  }
  return found;
}
