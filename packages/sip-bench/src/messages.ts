/** Twelve kinds of message in the shapes that phones and proxies send. `@N` is different in every copy, so that no stack meets the same text twice. */
const candidate = (n: number) =>
  `a=candidate:${842163049 + n * 7919} 1 udp ${1677729535 - n * 256} 198.51.100.${10 + n} ${46154 + n} typ srflx raddr 192.168.1.${10 + n} rport ${46154 + n} generation 0 network-cost 999`;
const rtpmaps = [
  '111 opus/48000/2',
  '63 red/48000/2',
  '9 G722/8000',
  '0 PCMU/8000',
  '8 PCMA/8000',
  '13 CN/8000',
  '110 telephone-event/48000',
  '126 telephone-event/8000',
];
const section = (kind: string, mid: number, payloads: string) =>
  [
    `m=${kind} 46154 UDP/TLS/RTP/SAVPF ${payloads}`,
    'c=IN IP4 198.51.100.10',
    'a=rtcp:9 IN IP4 0.0.0.0',
    ...Array.from({ length: 8 }, (_, n) => candidate(n + mid * 8)),
    'a=ice-ufrag:f5@N',
    'a=ice-pwd:Wq1vW9x8s8mZ0q2kq7mJc@N',
    'a=ice-options:trickle',
    'a=fingerprint:sha-256 6B:8B:F0:65:5F:78:E2:51:3B:AC:6F:F3:3F:46:1B:35:DC:B8:5F:64:1A:24:C2:43:F0:A1:58:D0:A1:2C:19:08',
    'a=setup:actpass',
    `a=mid:${mid}`,
    'a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level',
    'a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time',
    'a=sendrecv',
    'a=msid:- 4e2d8b9c-7a34-4b7f-9d3a-5e6f7a8b9c0d',
    'a=rtcp-mux',
    ...rtpmaps.flatMap((map) => [`a=rtpmap:${map}`, `a=rtcp-fb:${map.split(' ')[0]} transport-cc`]),
    'a=fmtp:111 minptime=10;useinbandfec=1',
    'a=ssrc:3735928559 cname:o/i14u9pJrxRKAsu',
  ].join('\r\n');
const webrtc = `v=0\r\no=- 46117317@N 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\na=msid-semantic: WMS\r\n${section('audio', 0, '111 63 9 0 8 13 110 126')}\r\n${section('video', 1, '96 97 98 99')}\r\n`;
const plain =
  'v=0\r\no=- 20518@N 0 IN IP4 203.0.113.1\r\ns=-\r\nc=IN IP4 203.0.113.1\r\nt=0 0\r\nm=audio 49170 RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n';
const vias = (count: number) =>
  Array.from(
    { length: count },
    (_, n) =>
      `Via: SIP/2.0/${n % 2 ? 'TCP' : 'UDP'} proxy${n}.example.com:506${n};branch=z9hG4bK${n}77ef4c2312983.@N;received=192.0.2.${n + 1};rport=506${n}`,
  );
const routes = (name: string, count: number) =>
  Array.from({ length: count }, (_, n) => `${name}: <sip:edge${n}.example.com:5060;transport=tcp;lr;token=a${n}f9@N>`);
const dialog = [
  'From: "Alice Liddell" <sip:alice@atlanta.example.com>;tag=9fxced76sl@N',
  'To: "Bob" <sip:bob@biloxi.example.com>;tag=8321234356@N',
  'Call-ID: 3848276298220188511@N@atlanta.example.com',
];
const opening = [dialog[0] ?? '', 'To: "Bob" <sip:bob@biloxi.example.com>', dialog[2] ?? ''];
const contact =
  'Contact: <sip:alice@client.atlanta.example.com:5060;transport=tcp>;+sip.instance="<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>"';
const allow = 'Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY, MESSAGE, SUBSCRIBE, INFO, UPDATE, PRACK';

const message = (lines: readonly string[], body = '', type = 'application/sdp') =>
  [...lines, ...(body === '' ? [] : [`Content-Type: ${type}`]), `Content-Length: @L`, '', body].join('\r\n');

export const kinds: Readonly<Record<string, string>> = {
  'INVITE, WebRTC, 6 hops': message(
    [
      'INVITE sip:bob@biloxi.example.com SIP/2.0',
      ...vias(6),
      ...routes('Record-Route', 6),
      'Max-Forwards: 64',
      ...opening,
      'CSeq: 1 INVITE',
      contact,
      allow,
      'Supported: replaces, outbound, gruu, timer, 100rel',
      'Session-Expires: 1800;refresher=uac',
      'User-Agent: Phone/1.0',
    ],
    webrtc,
  ),
  'INVITE, plain, 1 hop': message(
    [
      'INVITE sip:bob@biloxi.example.com SIP/2.0',
      ...vias(1),
      'Max-Forwards: 70',
      ...opening,
      'CSeq: 1 INVITE',
      contact,
      allow,
    ],
    plain,
  ),
  'REGISTER, digest': message([
    'REGISTER sip:registrar.biloxi.example.com SIP/2.0',
    ...vias(1),
    'Max-Forwards: 70',
    'From: Bob <sip:bob@biloxi.example.com>;tag=a73kszlfl@N',
    'To: Bob <sip:bob@biloxi.example.com>',
    'Call-ID: 1j9FpLxk3uxtm8tn@N@biloxi.example.com',
    'CSeq: 2 REGISTER',
    'Contact: <sip:bob@client.biloxi.example.com:5060>;reg-id=1;+sip.instance="<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>"',
    'Supported: path, outbound, gruu',
    'Authorization: Digest username="bob", realm="atlanta.example.com", nonce="ea9c8e88df84f1cec4341ae6cbe5a@N", opaque="", uri="sip:registrar.biloxi.example.com", response="dfe56131d1958046689d83306477ecc9", algorithm=MD5, qop=auth, nc=00000001, cnonce="0a4f113b"',
    'Expires: 600',
  ]),
  '180': message([
    'SIP/2.0 180 Ringing',
    ...vias(3),
    ...routes('Record-Route', 2),
    ...dialog,
    'CSeq: 1 INVITE',
    contact,
  ]),
  '200 to INVITE': message(
    [
      'SIP/2.0 200 OK',
      ...vias(3),
      ...routes('Record-Route', 2),
      ...dialog,
      'CSeq: 1 INVITE',
      contact,
      allow,
      'Supported: replaces, timer',
    ],
    plain,
  ),
  '401': message([
    'SIP/2.0 401 Unauthorized',
    ...vias(1),
    ...dialog,
    'CSeq: 1 REGISTER',
    'WWW-Authenticate: Digest realm="atlanta.example.com", qop="auth", nonce="ea9c8e88df84f1cec4341ae6cbe5a@N", opaque="", stale=FALSE, algorithm=SHA-256',
    'WWW-Authenticate: Digest realm="atlanta.example.com", qop="auth", nonce="ea9c8e88df84f1cec4341ae6cbe5a@N", opaque="", stale=FALSE, algorithm=MD5',
  ]),
  ACK: message([
    'ACK sip:bob@client.biloxi.example.com SIP/2.0',
    ...vias(1),
    ...routes('Route', 2),
    'Max-Forwards: 70',
    ...dialog,
    'CSeq: 1 ACK',
  ]),
  BYE: message([
    'BYE sip:bob@client.biloxi.example.com SIP/2.0',
    ...vias(2),
    ...routes('Route', 2),
    'Max-Forwards: 70',
    ...dialog,
    'CSeq: 2 BYE',
    'Reason: Q.850;cause=16;text="Terminated"',
  ]),
  OPTIONS: message([
    'OPTIONS sip:carol@chicago.example.com SIP/2.0',
    ...vias(1),
    'Max-Forwards: 70',
    ...opening,
    'CSeq: 63104 OPTIONS',
    contact,
    'Accept: application/sdp',
  ]),
  'NOTIFY, XML': message(
    [
      'NOTIFY sip:bob@client.biloxi.example.com SIP/2.0',
      ...vias(2),
      ...routes('Route', 1),
      'Max-Forwards: 70',
      ...dialog,
      'CSeq: 20 NOTIFY',
      contact,
      'Event: dialog;id=7',
      'Subscription-State: active;expires=3599',
    ],
    '<?xml version="1.0"?>\r\n<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="@N" state="full" entity="sip:alice@example.com"><dialog id="as7d900as8" call-id="a84b4c76e66710" local-tag="1928301774" direction="initiator"><state>confirmed</state></dialog></dialog-info>\r\n',
    'application/dialog-info+xml',
  ),
  'MESSAGE, compact': [
    'MESSAGE sip:user2@domain.example.com SIP/2.0',
    'v: SIP/2.0/TCP user1pc.domain.example.com;branch=z9hG4bK776sgdkse@N',
    'Max-Forwards: 70',
    'f: sip:user1@domain.example.com;tag=49583@N',
    't: sip:user2@domain.example.com',
    'i: asd88asd77a@N@192.0.2.4',
    'CSeq: 1 MESSAGE',
    'c: text/plain',
    'l: 18',
    '',
    'Watson, come here.',
  ].join('\r\n'),
  'SUBSCRIBE, folded': message([
    'SUBSCRIBE sip:resource@example.com SIP/2.0',
    'Via: SIP/2.0/TCP watcherhost.example.com;\r\n branch=z9hG4bKnashds7@N',
    'Max-Forwards: 70',
    'To: <sip:resource@example.com>',
    'From: <sip:user@example.com>\r\n ;tag=xfg9@N',
    'Call-ID: 2010@N@watcherhost.example.com',
    'CSeq: 17766 SUBSCRIBE',
    'Event: presence',
    'Accept: application/pidf+xml,\r\n application/rlmi+xml',
    'Contact: <sip:user@watcherhost.example.com>',
    'Expires: 600',
    'Subject: a subject\r\n that goes on',
  ]),
};

let copies = 0;

/** `count` copies of a kind, no two of them the same. */
export function copiesOf(kind: string, count: number): { readonly bytes: Uint8Array; readonly text: string }[] {
  return Array.from({ length: count }, () => {
    const whole = (kinds[kind] ?? '').replaceAll('@N', (copies++).toString(36).padStart(6, '0'));
    const end = whole.indexOf('\r\n\r\n') + 4;
    const text = whole.replace('@L', String(whole.length - end));
    const bytes = new Uint8Array(Buffer.from(text, 'latin1'));
    // As it would come out of a socket: flat, and nobody's rope.
    return { bytes, text: Buffer.from(bytes).toString('latin1') };
  });
}
