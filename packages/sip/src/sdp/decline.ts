import { line } from './attributes.ts';
import { parseSdp, printSdp, type SdpLine } from './session-description.ts';

/**
 * A valid answer that takes nothing: every m-line with port 0 (RFC 3264 §6). For an offer that must have an answer although nobody wants its
 * media. `own`: our description before, whose `o=` it has. Undefined when the offer is no description.
 */
export function declineOffer(offer: string, own = ''): string | undefined {
  const [asked, before] = [parseSdp(offer), parseSdp(own)];
  if (!asked.ok) return undefined;
  const lines: SdpLine[] = [
    { type: 'v', value: '0' },
    { type: 'o', value: (before.ok && line(before.value, 'o')) || '- 0 0 IN IP4 0.0.0.0' },
    { type: 's', value: '-' },
    { type: 'c', value: 'IN IP4 0.0.0.0' },
    { type: 't', value: line(asked.value, 't') ?? '0 0' },
  ];
  const media = asked.value.media.map(({ portCount, ...section }) => ({ ...section, port: 0, lines: [] }));
  return printSdp({ lines, media });
}
