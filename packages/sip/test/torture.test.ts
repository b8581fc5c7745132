import { readFileSync } from 'node:fs';
import {
  bodyParts,
  decodeText,
  equalHost,
  isSipUri,
  parseMessage,
  printMessage,
  type SipRequest,
  type SipResponse,
  unescapeUser,
  validate,
} from '@ringback/sip';
import { parseSdp } from '@ringback/sip/sdp';
import { describe, expect, it } from 'vitest';

interface Verdict {
  readonly file: string;
  readonly section: string;
  readonly title: string;
  readonly valid: boolean;
  readonly kind: 'request' | 'response';
  readonly fixed_file?: string;
}

type Outcome = {
  readonly status: number | 'accepted' | 'dropped';
  readonly message: SipRequest | SipResponse | undefined;
};

/** What the message core makes of the octets: the status the parser or `validate` would have answered. */
function judge(bytes: Uint8Array): Outcome {
  const parsed = parseMessage(bytes);
  const failure = parsed.ok ? validate(parsed.value) : parsed.error;
  const message = parsed.ok ? parsed.value : parsed.error.message;
  return { status: failure === undefined ? 'accepted' : (failure.status ?? 'dropped'), message };
}

function read(folder: string, file: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`./fixtures/${folder}/${file}`, import.meta.url)));
}

function verdicts(folder: string): readonly Verdict[] {
  return JSON.parse(Buffer.from(read(folder, 'verdicts.json')).toString()).messages;
}

/** Where the outcome is not simply "valid is accepted, invalid gets a 400, an invalid response is dropped". */
const outcomes4475: Readonly<Record<string, Outcome['status']>> = {
  'badvers.dat': 505,
  // Better to pass over the Date than to refuse the call.
  'baddate.dat': 'accepted',
};

describe('the messages of RFC 4475', () => {
  it.each(verdicts('rfc4475').map((verdict) => [verdict.section, verdict.title, verdict] as const))(
    'gives §%s %s its verdict',
    (_section, _title, verdict) => {
      const expected =
        outcomes4475[verdict.file] ?? (verdict.valid ? 'accepted' : verdict.kind === 'request' ? 400 : 'dropped');
      expect(judge(read('rfc4475', verdict.file)).status).toBe(expected);
    },
  );

  it('drops the fiftieth file of the archive, which is no SIP message', () => {
    expect(judge(read('rfc4475', 'test.dat')).status).toBe('dropped');
  });

  it('covers all of them', () => {
    expect(verdicts('rfc4475')).toHaveLength(49);
  });

  it.each(verdicts('rfc4475').map((verdict) => verdict.file))('prints %s as it was, if it was accepted', (file) => {
    const bytes = read('rfc4475', file);
    const parsed = parseMessage(bytes);
    if (!parsed.ok || !parsed.value.headers.has('content-length')) return;
    const printed = printMessage(parsed.value);
    expect(Buffer.from(printed).equals(Buffer.from(bytes.subarray(0, printed.length)))).toBe(true);
  });
});

describe('what RFC 4475 says is in its messages', () => {
  it('RFC 4475 §3.1.1.1: folds, odd spacing, two Vias on a line and escaped quotes', () => {
    const message = accepted('rfc4475', 'wsinv.dat');
    expect(message.maxForwards).toBe(68);
    expect(message.cseq).toEqual({ number: 9, method: 'INVITE' });
    expect(message.vias.map((via) => via.transport)).toEqual(['UDP', 'TCP', 'UDP']);
    expect(message.vias.map((via) => via.host)).toEqual(['192.0.2.2', 'spindle.example.com', '192.168.255.111']);
    expect(message.vias.map((via) => via.branch)).toEqual(['390skdjuw', 'z9hG4bK9ikj8', 'z9hG4bK30239']);
    expect(message.toTag).toBe('1918181833n');
    expect(message.fromTag).toBe('98asjd8');
    expect(message.from.displayName).toBe('J Rosenberg \\"');
    expect(message.headers.get('s')).toBe('');
    expect(message.contacts[0]?.displayName).toBe('Quoted string ""');
    expect(message.contacts[0]?.params.get('q')).toBe('0.33');
    expect([...(message.contacts[0]?.params ?? [])].map((param) => param.name)).toEqual([
      'newparam',
      'secondparam',
      'q',
    ]);
    expect(message.body).toHaveLength(150);
    expect(message.headers.get('NewFangledHeader')).toBe('newfangled value continued newfangled value');
    const uri = message.routes[0]?.uri;
    expect(uri && isSipUri(uri) && [...uri.params].map((param) => param.name)).toEqual([
      'lr',
      'unknownwith',
      'unknown-no-value',
    ]);
  });

  it('RFC 4475 §3.1.1.2: every character a method, a tag or a Call-ID may have', () => {
    const message = accepted('rfc4475', 'intmeth.dat') as SipRequest;
    expect(message.method).toBe("!interesting-Method0123456789_*+`.%indeed'~");
    expect(message.cseq.number).toBe(139122385);
    expect(message.maxForwards).toBe(255);
    expect(message.from.displayName).toBe("token1~` token2'+_ token3*%!.-");
    expect(message.fromTag).toBe("_token~1'+`*%!-.");
    expect(message.callId).toBe('intmeth.word%ZK-!.*_+\'@word`~)(><:\\/"][?}{');
    expect(message.to.displayName).toContain('\0');
    expect(message.headers.has("extensionHeader-!.%*+_`'~")).toBe(true);
  });

  it('RFC 4475 §3.1.1.3: an escape is resolved once', () => {
    const message = accepted('rfc4475', 'esc01.dat') as SipRequest;
    const { uri } = message;
    expect(isSipUri(uri) && unescapeUser(uri.user ?? '')).toBe('sips:user@example.com');
    expect(isSipUri(uri) && uri.host).toBe('example.net');
    const from = message.from.uri;
    expect(isSipUri(from) && unescapeUser(from.user ?? '')).toBe('I have spaces');
    const contact = message.contacts[0]?.uri;
    expect(contact && isSipUri(contact) && [contact.params.has('lr'), contact.params.get('NAME')]).toEqual([
      true,
      'value%41',
    ]);
  });

  it('RFC 4475 §3.1.1.4: an escaped NUL does not end the user part', () => {
    const message = accepted('rfc4475', 'escnull.dat');
    expect(message.contacts).toHaveLength(2);
    const to = message.to.uri;
    expect(isSipUri(to) && unescapeUser(to.user ?? '')).toHaveLength(11);
  });

  it('RFC 4475 §3.1.1.5: a percent sign in a method is no escape', () => {
    const message = accepted('rfc4475', 'esc02.dat') as SipRequest;
    expect(message.method).toBe('RE%47IST%45R');
    expect(message.contacts).toHaveLength(2);
  });

  it('RFC 4475 §3.1.1.6: no white space before "<"', () => {
    const message = accepted('rfc4475', 'lwsdisp.dat');
    expect(message.from.displayName).toBe('caller');
    expect(message.from.uriText).toBe('sip:caller@example.com');
  });

  it('RFC 4475 §3.1.1.7: 34 Vias', () => {
    const message = accepted('rfc4475', 'longreq.dat');
    expect(message.vias).toHaveLength(34);
    expect(message.via.branch).toBeUndefined();
  });

  it('RFC 4475 §3.1.1.8: octets after the body are not a second request', () => {
    const message = accepted('rfc4475', 'dblreq.dat') as SipRequest;
    expect(message.method).toBe('REGISTER');
    expect(message.body).toHaveLength(0);
  });

  it('RFC 4475 §3.1.1.9: ";" and an escaped "@" in the user part', () => {
    const { uri } = accepted('rfc4475', 'semiuri.dat') as SipRequest;
    expect(isSipUri(uri) && [uri.user, uri.host]).toEqual(['user;par=u%40example.net', 'example.com']);
  });

  it('RFC 4475 §3.1.1.10: unknown transports', () => {
    const message = accepted('rfc4475', 'transports.dat');
    expect(message.vias.map((via) => via.transport)).toEqual(['UDP', 'SCTP', 'TLS', 'UNKNOWN', 'TCP']);
  });

  it('RFC 4475 §3.1.1.11: a multipart body with NULs', () => {
    const parts = bodyParts(accepted('rfc4475', 'mpart01.dat'));
    expect(parts.map((part) => part.contentType?.essence)).toEqual(['text/plain', 'application/octet-stream']);
  });

  it('RFC 4475 §3.1.1.12 and §3.1.1.13: a reason phrase in UTF-8, and none', () => {
    const wordy = accepted('rfc4475', 'unreason.dat') as SipResponse;
    expect(decodeText(wordy.reason)).toBe('= 2**3 * 5**2 но сто девяносто девять - простое');
    const terse = accepted('rfc4475', 'noreason.dat') as SipResponse;
    expect([terse.status, terse.reason]).toEqual([100, '']);
  });

  it('RFC 4475 §3.3.12 to §3.3.14: what belongs to the Contact and what to its URI', () => {
    const [header] = accepted('rfc4475', 'cparam01.dat').contacts;
    expect([header?.uriText, header?.params.toString()]).toEqual(['sip:+19725552222@gw1.example.net', ';unknownparam']);
    const [url] = accepted('rfc4475', 'cparam02.dat').contacts;
    expect([url?.uriText, url?.params.toString()]).toEqual(['sip:+19725552222@gw1.example.net;unknownparam', '']);
    const [escaped] = accepted('rfc4475', 'regescrt.dat').contacts;
    expect(escaped?.uriText).toBe('sip:user@example.com?Route=%3Csip:sip.example.com%3E');
  });

  it('RFC 4475 §3.4.1: without Content-Length the body runs to the end of the datagram', () => {
    expect(accepted('rfc4475', 'inv2543.dat').body).toHaveLength(105);
  });
});

/** Three messages of RFC 5118 are printed there with a Content-Length that is not theirs. */
const wrongLength5118: Readonly<Record<string, Outcome['status']>> = { 'ipv6-in-sdp.dat': 400 };

describe('the messages of RFC 5118', () => {
  it.each(verdicts('rfc5118').map((verdict) => [verdict.section, verdict.file, verdict] as const))(
    'gives §%s %s its verdict',
    (_section, _file, verdict) => {
      const tolerated = verdict.file === 'ipv6-bug-abnf-3-colons.dat';
      const expected = wrongLength5118[verdict.file] ?? (verdict.valid || tolerated ? 'accepted' : 400);
      expect(judge(read('rfc5118', verdict.file)).status).toBe(expected);
      if (verdict.fixed_file) expect(judge(read('rfc5118', verdict.fixed_file)).status).toBe('accepted');
    },
  );

  it('RFC 5118 §4.3, §4.4: a port is what stands behind the bracket', () => {
    expect(requestHost('port-ambiguous.dat')).toEqual(['[2001:db8::10:5070]', undefined]);
    expect(requestHost('port-unambiguous.dat')).toEqual(['[2001:db8::10]', 5070]);
  });

  it.each(['via-received-param-with-delim.dat', 'via-received-param-no-delim.dat'])(
    'reads received with and without brackets (RFC 5118 §4.5, trap 4.1 #19): %s',
    (file) => {
      expect(accepted('rfc5118', file).via.received).toBe('2001:db8::9:255');
    },
  );

  it('RFC 5118 §4.6, §4.8: IPv6 in session descriptions', () => {
    const one = parseSdp(Buffer.from(accepted('rfc5118', 'ipv6-in-sdp.fixedcl.dat').body).toString());
    expect(one.ok && one.value.lines.find((line) => line.type === 'c')?.value).toBe('IN IP6 2001:db8::20');
    const two = parseSdp(Buffer.from(accepted('rfc5118', 'mult-ip-in-sdp.fixedcl.dat').body).toString());
    const addresses = two.ok
      ? two.value.media.map((section) => section.lines.find((line) => line.type === 'c')?.value)
      : [];
    expect(addresses).toEqual(['IN IP4 192.0.2.1', 'IN IP6 2001:db8::1']);
  });

  it('RFC 5118 §4.7, §4.9: both address families in one message', () => {
    const mixed = accepted('rfc5118', 'mult-ip-in-header.dat');
    expect([mixed.vias.length, mixed.via.port, mixed.vias[2]?.received]).toEqual([3, 6050, '192.0.2.200']);
    const mapped = accepted('rfc5118', 'ipv4-mapped-ipv6.fixedcl.dat').via;
    expect([mapped.host, mapped.port]).toEqual(['[::ffff:192.0.2.10]', 19823]);
  });

  it('RFC 5118 §4.10: three colons before an IPv4 address mean two', () => {
    const [host = ''] = requestHost('ipv6-bug-abnf-3-colons.dat');
    expect(equalHost(`${host}`, '[2001:db8::192.0.2.1]')).toBe(true);
  });
});

function accepted(folder: string, file: string): SipRequest | SipResponse {
  const parsed = parseMessage(read(folder, file));
  if (!parsed.ok) throw new Error(`${file}: ${parsed.error.detail}`);
  return parsed.value;
}

function requestHost(file: string): readonly [string | undefined, number | undefined] {
  const { uri } = accepted('rfc5118', file) as SipRequest;
  return isSipUri(uri) ? [uri.host, uri.port] : [undefined, undefined];
}
