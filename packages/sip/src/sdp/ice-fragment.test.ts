import { describe, expect, it } from 'vitest';
import { matchesIce, parseIceFragment, parseSdp, printIceFragment, type SessionDescription } from './index.ts';

const host = '1 1 UDP 2130706431 192.0.2.1 5000 typ host';
const relay = '2 1 UDP 16777215 203.0.113.9 6000 typ relay raddr 0.0.0.0 rport 0';

const credentials = { ufrag: 'abcd', pwd: '0123456789012345678901' };
const audio = { ...credentials, mid: '1', candidates: [host, relay], complete: true };

function described(...candidates: readonly string[]): SessionDescription {
  const rows = [
    'v=0',
    'o=- 1 1 IN IP4 0.0.0.0',
    's=-',
    't=0 0',
    'a=ice-ufrag:abcd',
    'a=ice-pwd:0123456789012345678901',
  ];
  rows.push(
    'm=audio 9 RTP/AVP 0',
    'c=IN IP4 0.0.0.0',
    'a=mid:1',
    'a=sendrecv',
    ...candidates.map((c) => `a=candidate:${c}`),
  );
  rows.push('m=video 9 RTP/AVP 96', 'a=rtpmap:96 VP8/90000');
  const sdp = parseSdp(`${rows.join('\r\n')}\r\n`);
  if (!sdp.ok) throw new Error(sdp.error.detail);
  return sdp.value;
}

describe('trickled candidates', () => {
  it('repeats all candidates so far with ufrag, pwd and mid, and ends with end-of-candidates (RFC 8840 §4.4)', () => {
    const fragment = printIceFragment(described(host, relay), true);
    expect(fragment).toBe(
      [
        'a=ice-ufrag:abcd',
        'a=ice-pwd:0123456789012345678901',
        'a=end-of-candidates',
        'm=audio 9 RTP/AVP 0',
        'a=mid:1',
        `a=candidate:${host}`,
        `a=candidate:${relay}`,
        '',
      ].join('\r\n'),
    );
    expect(parseIceFragment(fragment ?? '')).toEqual({
      ok: true,
      value: { credentials, media: [audio], complete: true },
    });
  });

  it('keeps ufrag and pwd at the level where the description has them (RFC 8840 §9.2)', () => {
    const ice = [`a=ice-ufrag:abcd`, `a=ice-pwd:0123456789012345678901`].map((each) => ({
      type: 'a',
      value: each.slice(2),
    }));
    const sdp = described(host);
    const lower: SessionDescription = {
      lines: sdp.lines.filter(({ value }) => !value.startsWith('ice-')),
      media: sdp.media.map((section) => ({ ...section, lines: [...ice, ...section.lines] })),
    };
    const fragment = printIceFragment(lower, false) ?? '';
    expect(fragment.startsWith('m=audio 9 RTP/AVP 0\r\na=ice-ufrag:abcd\r\n')).toBe(true);
    const media = [{ ...audio, candidates: [host], complete: false }];
    expect(parseIceFragment(fragment)).toEqual({ ok: true, value: { media, complete: false } });
  });

  it('knows an end that one m-section alone has come to (RFC 8840 §8.1)', () => {
    const text =
      'a=ice-ufrag:a\na=ice-pwd:b\nm=audio 9 RTP/AVP 0\na=mid:x\na=end-of-candidates\nm=video 9 RTP/AVP 96\na=mid:y\n';
    const read = parseIceFragment(text);
    expect(read.ok && read.value.complete).toBe(false);
    expect(read.ok && read.value.media.map((each) => each.complete)).toEqual([true, false]);
  });

  it.each([
    '',
    'a=ice-ufrag:a\r\n',
    'a=ice-ufrag:a\r\na=ice-pwd:b\r\nm=audio 9 RTP/AVP 0\r\n',
    'a=ice-ufrag:a\r\na=ice-pwd:b\r\nm=audio x RTP/AVP 0\r\na=mid:1\r\n',
    '\u0000',
  ])('refuses %j without throwing', (text) => {
    expect(parseIceFragment(text).ok).toBe(false);
  });

  it('tells a fragment of another ICE generation by its ufrag and pwd (RFC 8840 §4.4)', () => {
    const sdp = described(host);
    const of = (change: object) => ({ media: [{ ...audio, ...change }], complete: false });
    expect(matchesIce(sdp, of({}))).toBe(true);
    expect(matchesIce(sdp, of({ ufrag: 'efgh' }))).toBe(false);
    expect(matchesIce(sdp, of({ pwd: 'another' }))).toBe(false);
    expect(matchesIce(sdp, of({ mid: '7' }))).toBe(false);
    expect(matchesIce(sdp, { credentials, media: [], complete: true })).toBe(true);
    expect(matchesIce(sdp, { media: [], complete: true })).toBe(false);
  });

  it('writes nothing for a description without ICE', () => {
    expect(printIceFragment({ lines: [], media: [] }, false)).toBeUndefined();
  });
});
