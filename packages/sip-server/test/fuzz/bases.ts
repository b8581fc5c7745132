import { type Draft, draft } from './draft.ts';

const sdp = `v=0
o=- 20518 0 IN IP4 192.0.2.66
s=-
i=a session
u=http://example.com/
e=a@example.com
p=+1 617 555-6011
c=IN IP4 192.0.2.66
b=AS:64
t=0 0
r=7d 1h 0 25h
z=0 0
k=prompt
a=group:BUNDLE 0
m=audio 49170 RTP/AVP 0 8 101
c=IN IP4 192.0.2.66
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
a=ice-ufrag:8hhY
a=ice-pwd:asd88fgpdd777uzjYhagZg
a=candidate:1 1 UDP 2130706431 192.0.2.66 49170 typ host
a=fingerprint:sha-256 6B:8B:F0:65:5F:78:E2:51:3B:AC:6F:F3:3F:46:1B:35:DC:B8:5F:64:1A:24:C2:43:F0:A1:58:D0:A1:2C:19:08
a=setup:actpass
a=mid:0
a=sendrecv
`;

const via = 'Via: SIP/2.0/UDP 192.0.2.66:5060;branch=z9hG4bK@N;rport';

/** The eight messages everything is done to. */
export const bases: Readonly<Record<string, Draft>> = {
  invite: draft(`INVITE sip:bob@example.com;user=phone SIP/2.0
${via}
Max-Forwards: 70
From: "Mallory" <sip:mallory@example.com>;tag=m@N
To: Bob <sip:bob@example.com>
Call-ID: fuzz-@N@192.0.2.66
CSeq: 1 INVITE
Contact: <sip:mallory@192.0.2.66:5060;transport=udp>
Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, PRACK
Supported: 100rel, timer, replaces
Session-Expires: 1800;refresher=uac
Min-SE: 90
Expires: 20
Subject: lunch
User-Agent: fuzz
Date: Thu, 01 Jan 2026 00:00:00 GMT
P-Asserted-Identity: "Mallory" <sip:mallory@example.com>
Privacy: none
Alert-Info: <http://example.com/ring.wav>
Call-Info: <http://example.com/photo.jpg>;purpose=icon
History-Info: <sip:bob@example.com>;index=1
Diversion: <sip:carol@example.com>;reason=no-answer
Identity: aGVsbG8=;info=<https://example.com/cert>;alg=ES256
Content-Type: application/sdp
Content-Disposition: session;handling=required
Content-Length: @L

${sdp}`),
  register: draft(`REGISTER sip:example.com SIP/2.0
${via}
Max-Forwards: 70
From: <sip:carol@example.com>;tag=m@N
To: <sip:carol@example.com>
Call-ID: fuzz-@N@192.0.2.66
CSeq: 1 REGISTER
Contact: <sip:carol@192.0.2.66:5060>;q=0.7;expires=60;+sip.instance="<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>";reg-id=1
Expires: 60
Path: <sip:192.0.2.66;lr>
Supported: path, outbound, gruu
Require: outbound
Authorization: Digest username="carol", realm="example.com", nonce="@nonce", uri="sip:example.com", response="@response", algorithm=MD5, cnonce="0a4f113b", qop=auth, nc=@nc
Timestamp: 54
Content-Length: @L

`),
  ok: draft(`SIP/2.0 200 OK
${via}
From: <sip:bob@example.com>;tag=b1
To: <sip:mallory@example.com>;tag=m@N
Call-ID: fuzz-@N@192.0.2.66
CSeq: 1 INVITE
Contact: <sip:mallory@192.0.2.66:5060>
Record-Route: <sip:192.0.2.1;lr>
Service-Route: <sip:192.0.2.1;lr>
Session-Expires: 1800;refresher=uac
RSeq: 17
Retry-After: 5 (busy);duration=60
Min-Expires: 60
Warning: 399 example.com "a warning"
Authentication-Info: nextnonce="47364c23432d2e131a5fb210812c", qop=auth, rspauth="6629fae49393a05397450978507c4ef1", cnonce="0a4f113b", nc=00000001
Unsupported: foo
Content-Type: application/sdp
Content-Length: @L

${sdp}`),
  bye: draft(`BYE sip:bob@example.com SIP/2.0
${via}
Max-Forwards: 70
From: <sip:mallory@example.com>;tag=m@N
To: <sip:bob@example.com>;tag=sacrifice
Call-ID: fuzz-@N@192.0.2.66
CSeq: 2 BYE
Route: <sip:192.0.2.1;lr>
Reason: SIP;cause=200;text="Call completed elsewhere"
Content-Length: @L

`),
  notify: draft(`NOTIFY sip:bob@example.com SIP/2.0
${via}
Max-Forwards: 70
From: <sip:mallory@example.com>;tag=m@N
To: <sip:bob@example.com>
Call-ID: fuzz-@N@192.0.2.66
CSeq: 1 NOTIFY
Contact: <sip:mallory@192.0.2.66:5060>
Event: dialog;id=7
Subscription-State: active;expires=600
Allow-Events: presence, dialog
Content-Type: application/dialog-info+xml
Content-Length: @L

<?xml version="1.0" encoding="UTF-8"?>
<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="0" state="full" entity="sip:bob@example.com">
<dialog id="as7d900as8" call-id="a84b4c76e66710" local-tag="1928301774" direction="initiator"><state code="180">early</state></dialog>
</dialog-info>
`),
  message: draft(`MESSAGE sip:bob@example.com SIP/2.0
${via}
Max-Forwards: 70
From: <sip:mallory@example.com>;tag=m@N
To: <sip:bob@example.com>
Call-ID: fuzz-@N@192.0.2.66
CSeq: 1 MESSAGE
Accept: text/plain, message/cpim
Content-Type: text/plain;charset=utf-8
Content-Encoding: identity
Content-Length: @L

Watson, come here.`),
  refer: draft(`REFER sip:bob@example.com SIP/2.0
${via}
Max-Forwards: 70
From: <sip:mallory@example.com>;tag=m@N
To: <sip:bob@example.com>
Call-ID: fuzz-@N@192.0.2.66
CSeq: 1 REFER
Contact: <sip:mallory@192.0.2.66:5060>
Refer-To: <sip:dave@example.com?Replaces=090459243588173445%3Bto-tag%3D7553452%3Bfrom-tag%3D31431>
Referred-By: <sip:mallory@example.com>
Replaces: 98asjd8@192.0.2.3;from-tag=1;to-tag=2
Refer-Sub: true
RAck: 776656 1 INVITE
Content-Length: @L

`),
  challenge: draft(`SIP/2.0 401 Unauthorized
${via}
From: <sip:bob@example.com>;tag=b1
To: <sip:example.com>;tag=m@N
Call-ID: fuzz-@N@192.0.2.66
CSeq: 1 REGISTER
WWW-Authenticate: Digest realm="example.com", qop="auth,auth-int", nonce="84f1c1ae6cbe5ua9c8e88dfa3ecm3459", opaque="", stale=FALSE, algorithm=SHA-256
Proxy-Authenticate: Digest realm="example.com", qop="auth", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c0", algorithm=MD5
Content-Length: @L

`),
};
