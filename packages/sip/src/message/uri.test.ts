import { describe, expect, it } from 'vitest';
import { escapeUriHeader } from './escape.ts';
import { Params } from './params.ts';
import {
  escapeUser,
  isSipUri,
  parseUri,
  printUri,
  requestUri,
  type SipUri,
  sipUri,
  unescapeUser,
  uriHeaders,
} from './uri.ts';
import { addressOfRecord, equalUri } from './uri-equality.ts';

function sip(text: string): SipUri {
  const uri = parseUri(text);
  if (!uri.ok || !isSipUri(uri.value)) throw new Error(`not a SIP URI: ${text}`);
  return uri.value;
}

describe('SIP URIs', () => {
  it('takes one apart (§19.1.1)', () => {
    const uri = sip('sips:alice:secret@[2001:db8::1]:5061;transport=TCP;lr?Subject=hi&Priority=urgent');
    expect(uri).toMatchObject({ scheme: 'sips', user: 'alice', password: 'secret', host: '[2001:db8::1]', port: 5061 });
    expect([uri.params.get('TRANSPORT'), uri.params.has('lr'), uri.headers]).toEqual([
      'TCP',
      true,
      'Subject=hi&Priority=urgent',
    ]);
  });

  it.each([
    'sip:alice@atlanta.com',
    'sip:atlanta.com',
    'sip:1.2.3.4:5060',
    'sip:alice:@h',
    'sip:+358-555-1234567;postd=pp22@foo.com;user=phone',
    'sip:alice;day=tuesday@atlanta.com',
    'sip:*98#1@h',
    'sip:a?b/c@h;p=v?h=1',
    'sip:%00@h',
    'sip:h;maddr=239.255.255.1;ttl=15',
    'sip:j%40s0n@[::1];x=[y]/z:&+$',
    'sip:alice@h;gr=urn:uuid:F81D4FAE-7DEC;ob',
    'sips:under_score.example',
    'tel:+1-201-555-0123;phone-context=x',
    'urn:service:sos',
    'im:bob@x',
  ])('prints %s as it was', (text) => {
    const uri = parseUri(text);
    expect(uri.ok && printUri(uri.value)).toBe(text);
  });

  it.each([
    '',
    'sip:',
    'sip:@h',
    'sip:u@',
    'sip:u@h@i',
    'sip:u@h:',
    'sip:u@h:65536',
    'sip:u@h:-1',
    'sip:u@h:5060:5060',
    'sip:u@h;',
    'sip:u@h;;lr',
    'sip:u@h;=',
    'sip: u@h',
    'sip:u @h',
    'sip:u@h ',
    'sip:u@[::g]',
    'sip:u@[::1',
    'sip:u@::1]',
    'sip:u@[1:2:3:4:5:6:7:8:9]',
    'sip:u%@h',
    'sip:u%4@h',
    'sip:u%G1@h',
    '<sip:u@h>',
    'sip:u@h;a=b c',
    'sip:u@h?a=<b>',
    'bob',
    ':x',
    'tel:',
    'x:a b',
    'sip:u@[fe80::1%25eth0]',
    'sip:"u"@h',
    'sip:u:p:q@h;x=\0',
    'sip:2001:db8::1',
  ])('refuses %j', (text) => {
    expect(parseUri(text).ok).toBe(false);
  });

  it('never changes case or escapes of what it keeps (trap 4.1 #13)', () => {
    const text = 'sip:Bob%41@Example.COM;GR=AbC;Ob';
    expect(printUri(sip(text))).toBe(text);
  });

  it('unescapes once and never twice (§19.1.2, trap 4.1 #14)', () => {
    expect(unescapeUser('%2541')).toBe('%41');
    expect(unescapeUser('%D0%96')).toBe('Ж');
    expect(unescapeUser('a%')).toBe('a%');
    expect(escapeUser('sip:user@x#%Ж')).toBe('sip%3Auser%40x%23%25%D0%96');
    expect(unescapeUser(escapeUser('a b"<>@:/Ж'))).toBe('a b"<>@:/Ж');
  });

  it('decodes the headers of a Refer-To once and keeps them out of the Request-URI (§19.1.5, trap 4.1 #14)', () => {
    const target = sip('sip:c@x;method=INVITE;lr?Replaces=id%40h%3Bto-tag%3D1%3Bfrom-tag%3D2&X=%2541&flag');
    expect(uriHeaders(target)).toEqual([
      ['Replaces', 'id@h;to-tag=1;from-tag=2'],
      ['X', '%41'],
      ['flag', ''],
    ]);
    expect(printUri(requestUri(target))).toBe('sip:c@x;lr');
    expect(escapeUriHeader('id@h;to-tag=1')).toBe('id%40h%3Bto-tag%3D1');
  });

  it.each(['lr', 'lr=on', 'lr=true', 'LR'])('knows ;%s for a loose router (§19.1.1, trap 4.1 #20)', (param) => {
    expect(sip(`sip:p1.example.com;${param}`).params.has('lr')).toBe(true);
  });

  it('reads escaped parameter names and values (§19.1.4)', () => {
    expect(sip('sip:h;%6C%72;n%61me=v%61lue').params.get('name')).toBe('value');
  });

  it('builds one, escaping what must be', () => {
    expect(
      printUri(sipUri({ user: 'a@b', host: '::1', port: 5060, params: { transport: 'ws', ob: undefined, x: 'a;b' } })),
    ).toBe('sip:a%40b@[::1]:5060;transport=ws;ob;x=a%3Bb');
    expect(printUri(sipUri({ host: 'h', params: Params.of({ lr: undefined }) }))).toBe('sip:h;lr');
  });
});

describe('equality of URIs (§19.1.4, trap 4.1 #12, TPT-013)', () => {
  it.each([
    ['sip:%61lice@atlanta.com;transport=TCP', 'sip:alice@AtLanTa.CoM;Transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;newparam=5'],
    ['sip:carol@chicago.com;security=on', 'sip:carol@chicago.com;newparam=5'],
    [
      'sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com',
      'sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com',
    ],
    [
      'sip:alice@atlanta.com?subject=project%20x&priority=urgent',
      'sip:alice@atlanta.com?priority=urgent&subject=project%20x',
    ],
    ['sip:a@[2001:db8::1]', 'sip:a@[2001:0DB8:0:0::0001]'],
    ['sip:a@h;lr', 'sip:a@h;LR'],
    ['sip:%2fa@h', 'sip:%2Fa@h'],
    ['tel:+1-201-555-0123', 'tel:+1(201)5550123'],
    ['SIP:a@h', 'sip:a@h'],
  ])('%s equals %s', (a, b) => {
    expect([equal(a, b), equal(b, a)]).toEqual([true, true]);
  });

  it.each([
    ['SIP:ALICE@AtLanTa.CoM;Transport=udp', 'sip:alice@AtLanTa.CoM;Transport=UDP'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:5060'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;transport=udp'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:6000;transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com?Subject=next%20meeting'],
    ['sip:bob@phone21.boxesbybob.com', 'sip:bob@192.0.2.4'],
    ['sip:a@h', 'sips:a@h'],
    ['sip:a@h;maddr=1.2.3.4', 'sip:a@h'],
    ['sip:a@h;user=phone', 'sip:a@h'],
    ['sip:a@h;ttl=1', 'sip:a@h'],
    ['sip:a@h;method=INVITE', 'sip:a@h'],
    ['sip:a@h;x=1', 'sip:a@h;x=2'],
    ['sip:a%2Fb@h', 'sip:a/b@h'],
    ['sip:h', 'sip:a@h'],
    ['sip:a:p@h', 'sip:a@h'],
    ['tel:+1', 'sip:+1@h'],
    ['tel:+1', 'tel:+2'],
    ['urn:a', 'urn:b'],
  ])('%s does not equal %s', (a, b) => {
    expect([equal(a, b), equal(b, a)]).toEqual([false, false]);
  });

  it('makes one key of an address-of-record however it is written (§10.3 step 5)', () => {
    expect(addressOfRecord(sip('sip:%61lice:pw@Example.COM;transport=tcp?x=y'))).toBe('sip:alice@example.com');
    expect(addressOfRecord(sip('sip:null-%00-null@example.com'))).not.toBe(
      addressOfRecord(sip('sip:null-@example.com')),
    );
  });
});

function equal(a: string, b: string): boolean {
  const [left, right] = [parseUri(a), parseUri(b)];
  if (!left.ok || !right.ok) throw new Error(`malformed: ${a} ${b}`);
  return equalUri(left.value, right.value);
}
