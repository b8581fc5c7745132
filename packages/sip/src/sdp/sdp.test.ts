import { describe, expect, it } from 'vitest';
import {
  addAttribute,
  answerDirection,
  attribute,
  attributes,
  bumpVersion,
  candidates,
  codec,
  codecs,
  connectionAddress,
  type Direction,
  direction,
  dtlsSetup,
  effectiveDirection,
  equalButVersion,
  fingerprints,
  fmtpValue,
  hasIce,
  holds,
  iceCredentials,
  isWebRtc,
  mid,
  origin,
  parseSdp,
  printSdp,
  restartsIce,
  reverse,
  type SessionDescription,
  setDirection,
  tricklesIce,
  withAttribute,
  withMedia,
  withoutAttribute,
} from './index.ts';

const PLAIN = [
  'v=0',
  'o=alice 2890844526 9007199254740993 IN IP4 host.atlanta.example.com',
  's=-',
  'c=IN IP4 192.0.2.1/127',
  't=0 0',
  'a=group:BUNDLE 0',
  'm=audio 49170/2 RTP/AVP 0 8 97 101',
  'a=rtpmap:97 iLBC/8000',
  'a=rtpmap:101 Telephone-Event/8000',
  'a=fmtp:101 0-16',
  'a=sendonly',
  'm=video 0 RTP/AVP 31 32',
  'i=a second one',
  'c=IN IP6 2001:db8::1',
  'a=rtpmap:32 MPV/90000',
];
const BROWSER = [
  'v=0',
  'o=- 46117327 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=ice-options:trickle',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111 0',
  'c=IN IP4 0.0.0.0',
  'a=candidate:1 1 udp 2113937151 192.0.2.5 50000 typ host',
  'a=ice-ufrag:F7gI',
  'a=ice-pwd:x9cml/YzichV2+XlhiMu8g',
  'a=fingerprint:sha-256 AA:BB',
  'a=setup:actpass',
  'a=mid:0',
  'a=sendrecv',
  'a=rtpmap:111 opus/48000/2',
  'a=fmtp:111 minptime=10;useinbandfec=1',
];

function sdp(lines: readonly string[]): SessionDescription {
  const result = parseSdp(`${lines.join('\r\n')}\r\n`);
  if (!result.ok) throw new Error(`${result.error.line}: ${result.error.detail}`);
  return result.value;
}

const audio = (of: SessionDescription) => of.media[0] ?? { media: '', port: 0, protocol: '', formats: [], lines: [] };

describe('session descriptions (RFC 8866)', () => {
  it.each([PLAIN, BROWSER])('prints what it read', (...lines) => {
    expect(printSdp(sdp(lines))).toBe(`${lines.join('\r\n')}\r\n`);
  });

  it('takes m-lines apart', () => {
    expect(audio(sdp(PLAIN))).toMatchObject({
      media: 'audio',
      port: 49170,
      portCount: 2,
      protocol: 'RTP/AVP',
      formats: ['0', '8', '97', '101'],
    });
  });

  it('reads lone line feeds and empty lines at the end', () => {
    const result = parseSdp(`${PLAIN.join('\n')}\n\r\n\n`);
    expect(result.ok && result.value).toEqual(sdp(PLAIN));
  });

  it.each([
    ['nothing', [], 1],
    ['no v=', PLAIN.slice(1), 1],
    ['another version', ['v=1', ...PLAIN.slice(1)], 1],
    ['no o=', ['v=0', 's=-'], 2],
    ['a line that is none', [...PLAIN.slice(0, 3), 'nonsense'], 4],
    ['an empty line in the middle', [...PLAIN.slice(0, 3), '', 't=0 0'], 4],
    ['an m-line without protocol', [...PLAIN.slice(0, 5), 'm=audio 9'], 6],
    ['a port that is none', [...PLAIN.slice(0, 5), 'm=audio x RTP/AVP 0'], 6],
    ['a port too high', [...PLAIN.slice(0, 5), 'm=audio 65536 RTP/AVP 0'], 6],
    ['10,001 lines', [...PLAIN, ...Array(10_001).fill('a=x')], 10_000],
  ])('refuses %s', (_what, lines, line) => {
    expect(parseSdp(lines.join('\r\n'))).toMatchObject({ ok: false, error: { line } });
  });

  it('finds attributes by their exact name', () => {
    const section = sdp(['v=0', 'o=- 1 1 IN IP4 h', 'a=rtcp-mux', 'a=rtcp:9 IN IP4 h', 'a=rtcp:10']);
    expect([attribute(section, 'rtcp'), attribute(section, 'rtcp-mux'), attribute(section, 'rt')]).toEqual([
      '9 IN IP4 h',
      '',
      undefined,
    ]);
    expect(attributes(section, 'rtcp')).toEqual(['9 IN IP4 h', '10']);
    expect(printSdp(withAttribute(section, 'rtcp', '1'))).toContain('a=rtcp-mux\r\na=rtcp:1\r\n');
    expect(attributes(addAttribute(section, 'rtcp', '11'), 'rtcp')).toHaveLength(3);
    expect(printSdp(withoutAttribute(section, 'rtcp', 'rtcp-mux'))).toBe('v=0\r\no=- 1 1 IN IP4 h\r\n');
    expect(attribute(withAttribute(section, 'flag'), 'flag')).toBe('');
  });

  it('reads codecs in the order of the m-line, static ones too', () => {
    expect(codecs(audio(sdp(PLAIN))).map((each) => [each.payloadType, each.encoding, each.clockRate])).toEqual([
      [0, 'PCMU', 8000],
      [8, 'PCMA', 8000],
      [97, 'iLBC', 8000],
      [101, 'Telephone-Event', 8000],
    ]);
    expect(codec(audio(sdp(PLAIN)), 'telephone-event')).toMatchObject({ payloadType: 101, parameters: '0-16' });
    const opus = codec(audio(sdp(BROWSER)), 'OPUS');
    expect([opus?.channels, opus && fmtpValue(opus, 'UseInbandFEC'), opus && fmtpValue(opus, 'x')]).toEqual([
      2,
      '1',
      undefined,
    ]);
  });

  it('takes the connection of the m-section before that of the session', () => {
    const plain = sdp(PLAIN);
    expect([
      connectionAddress(plain),
      connectionAddress(plain, plain.media[0]),
      connectionAddress(plain, plain.media[1]),
    ]).toEqual(['192.0.2.1', '192.0.2.1', '2001:db8::1']);
  });
});

describe('the version of o= (RFC 3264 §8, trap 4.5 #81)', () => {
  it('goes up by one, also beyond 2**53', () => {
    expect(origin(bumpVersion(sdp(PLAIN)))).toEqual({
      username: 'alice',
      sessionId: '2890844526',
      version: '9007199254740994',
      address: 'host.atlanta.example.com',
    });
  });

  it('tells whether anything else changed', () => {
    const plain = sdp(PLAIN);
    expect(equalButVersion(plain, bumpVersion(plain))).toBe(true);
    expect(equalButVersion(plain, setDirection(plain, 'inactive'))).toBe(false);
  });
});

describe('direction (RFC 3264 §5.1, §6.1, §8.4)', () => {
  it('is sendrecv when nothing says otherwise, and that of the session for all m-lines (trap 4.5 #84)', () => {
    const [none, session] = [
      sdp([...PLAIN.slice(0, 6), 'm=audio 9 RTP/AVP 0']),
      sdp([...PLAIN.slice(0, 6), 'a=recvonly', 'm=audio 9 RTP/AVP 0']),
    ];
    expect([direction(none, audio(none)), direction(session, audio(session))]).toEqual(['sendrecv', 'recvonly']);
  });

  it('is read per m-line, not from the first match in the text (trap 4.5 #82)', () => {
    const two = sdp([...PLAIN.slice(0, 5), 'm=audio 9 RTP/AVP 0', 'a=sendrecv', 'm=video 9 RTP/AVP 31', 'a=inactive']);
    expect(two.media.map((section) => direction(two, section))).toEqual(['sendrecv', 'inactive']);
  });

  it('is answered with no more than was offered: hold over hold is inactive (trap 4.5 #82)', () => {
    const table: readonly (readonly [Direction, Direction, Direction])[] = [
      ['sendrecv', 'sendrecv', 'sendrecv'],
      ['sendonly', 'sendrecv', 'recvonly'],
      ['recvonly', 'sendrecv', 'sendonly'],
      ['inactive', 'sendrecv', 'inactive'],
      ['sendonly', 'sendonly', 'inactive'],
      ['sendrecv', 'sendonly', 'sendonly'],
      ['recvonly', 'recvonly', 'inactive'],
    ];
    for (const [offered, wanted, answer] of table)
      expect(answerDirection(offered, wanted), `${offered} ${wanted}`).toBe(answer);
    expect(reverse('sendonly')).toBe('recvonly');
  });

  it('is set in place, not in rejected m-lines, and not at the session level', () => {
    const held = setDirection(sdp([...PLAIN.slice(0, 6), 'a=sendrecv', ...PLAIN.slice(6)]), 'inactive');
    expect(printSdp(held)).toBe(
      `${PLAIN.map((line) => (line === 'a=sendonly' ? 'a=inactive' : line)).join('\r\n')}\r\n`,
    );
  });

  it('understands c=0.0.0.0 as hold and leaves it alone where ICE uses it as a placeholder (trap 4.5 #83)', () => {
    const old = sdp(['v=0', 'o=- 1 1 IN IP4 h', 'c=IN IP4 0.0.0.0', 'm=audio 9 RTP/AVP 0']);
    expect([effectiveDirection(old, audio(old)), holds(old)]).toEqual(['sendonly', true]);
    const browser = sdp(BROWSER);
    expect([effectiveDirection(browser, audio(browser)), holds(browser)]).toEqual(['sendrecv', false]);
  });

  it('tells a hold from a call without media', () => {
    expect(holds(sdp(PLAIN))).toBe(true);
    expect(holds(withMedia(sdp(PLAIN), 0, (section) => ({ ...section, port: 0 })))).toBe(false);
    expect(
      holds(sdp(['v=0', 'o=- 1 1 IN IP4 h', 'm=application 9 UDP/DTLS/SCTP webrtc-datachannel', 'a=inactive'])),
    ).toBe(false);
  });
});

describe('ICE and DTLS', () => {
  it('tells browsers from plain phones', () => {
    expect([isWebRtc(sdp(BROWSER)), hasIce(sdp(BROWSER)), isWebRtc(sdp(PLAIN)), hasIce(sdp(PLAIN))]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(isWebRtc(sdp(BROWSER.filter((line) => !line.includes('fingerprint'))))).toBe(false);
  });

  it('reads what belongs to them, of the m-section or of the session', () => {
    const browser = sdp(BROWSER);
    expect([
      mid(audio(browser)),
      dtlsSetup(browser, audio(browser)),
      fingerprints(browser),
      candidates(audio(browser)).length,
      tricklesIce(browser),
    ]).toEqual(['0', 'actpass', ['sha-256 AA:BB'], 1, true]);
    const moved = sdp([
      ...BROWSER.slice(0, 4),
      'a=ice-ufrag:u',
      'a=ice-pwd:p',
      'a=fingerprint:sha-256 CC',
      'a=setup:passive',
      'm=audio 9 RTP/SAVPF 0',
    ]);
    expect([iceCredentials(moved, audio(moved)), fingerprints(moved, audio(moved)), dtlsSetup(moved)]).toEqual([
      { ufrag: 'u', pwd: 'p' },
      ['sha-256 CC'],
      'passive',
    ]);
  });

  it('sees an ICE restart only when ufrag and pwd both change (RFC 8839 §4.4.1.1.1, trap 4.5 #88)', () => {
    const last = sdp(BROWSER);
    const changed = (ufrag: string, pwd: string) =>
      withMedia(last, 0, (section) => withAttribute(withAttribute(section, 'ice-ufrag', ufrag), 'ice-pwd', pwd));
    expect([
      restartsIce(last, changed('new1', 'new2'), 0),
      restartsIce(last, changed('new1', 'x9cml/YzichV2+XlhiMu8g'), 0),
      restartsIce(last, last, 0),
    ]).toEqual([true, false, false]);
  });
});
