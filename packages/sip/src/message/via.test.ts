import { describe, expect, it } from 'vitest';
import { Params } from './params.ts';
import { parseVia, printVia, type Via, via, withViaParam } from './via.ts';

function read(text: string): Via {
  const result = parseVia(text);
  if (!result.ok) throw new Error(result.error.detail);
  return result.value;
}

describe('Via (§20.42)', () => {
  it('takes it apart, with white space wherever it may stand', () => {
    expect(read('SIP / 2.0 / udp  host.example : 5060 ;branch = z9hG4bK1 ; ttl=16')).toMatchObject({
      protocol: 'SIP/2.0',
      transport: 'UDP',
      host: 'host.example',
      port: 5060,
      branch: 'z9hG4bK1',
    });
  });

  it.each(['\0', '\x01', '\x1f', '\x7f', '\x80'])('keeps an odd octet %j inside the value it stands in', (octet) => {
    const text = `SIP/2.0/UDP h;branch=z9hG4bK1${octet}2;rport`;
    expect([read(text).branch, printVia(read(text))]).toEqual([`z9hG4bK1${octet}2`, text]);
  });

  it('remembers nothing of a value that was refused', () => {
    expect(parseVia('SIP/2.0/UDP h;branch=z9hG4bK1;;').ok).toBe(false);
    const params = Params.of({ branch: 'a' });
    expect([params.get('branch'), params.count('branch')]).toEqual(['a', 1]);
  });

  it('tells an empty rport from a filled one and from none (RFC 3581 §3)', () => {
    expect(read('SIP/2.0/UDP h;rport').rport).toBe('');
    expect(read('SIP/2.0/UDP h;rport=5061').rport).toBe(5061);
    expect(read('SIP/2.0/UDP h').rport).toBeUndefined();
  });

  it.each([
    ['SIP/2.0/UDP [2001:db8::9:1]:5070;received=[2001:db8::9:255]', '[2001:db8::9:1]', '2001:db8::9:255'],
    ['SIP/2.0/UDP [::1];received=2001:db8::9:255', '[::1]', '2001:db8::9:255'],
  ])('reads IPv6 in sent-by and received: %s (RFC 5118 §4.5, trap 4.1 #19)', (text, host, received) => {
    expect(read(text)).toMatchObject({ host, received });
  });

  it('prints what it read, and received without brackets', () => {
    const text = 'SIP/2.0/WSS df7jal23ls0d.invalid;branch=z9hG4bK56sdasks;X=Y;"q"'.slice(0, -4);
    expect(printVia(read(text))).toBe(text);
    expect(
      printVia(
        withViaParam(withViaParam(read('SIP/2.0/UDP h;rport;branch=b'), 'received', '2001:db8::1'), 'rport', '99'),
      ),
    ).toBe('SIP/2.0/UDP h;rport=99;branch=b;received=2001:db8::1');
  });

  it('builds one', () => {
    const made = via({
      transport: 'tcp',
      host: '2001:db8::1',
      port: 5060,
      params: Params.of({ branch: 'z9hG4bKx', rport: undefined }),
    });
    expect(printVia(made)).toBe('SIP/2.0/TCP [2001:db8::1]:5060;branch=z9hG4bKx;rport');
    expect(made.branch).toBe('z9hG4bKx');
  });

  it.each([
    '',
    'SIP/2.0',
    'SIP/2.0/UDP',
    'SIP/2.0/UDP ',
    'SIP/2.0 UDP h',
    'SIP/2.0/UDPh;x',
    'SIP/2.0/UDP h:',
    'SIP/2.0/UDP h:x',
    'SIP/2.0/UDP h:65536',
    'SIP/2.0/UDP [::1',
    'SIP/2.0/UDP h;',
    'SIP/2.0/UDP h;;x',
    'SIP/2.0/UDP h x',
    'SIP/2.0/UDP h;a="',
    '/2.0/UDP h',
    'SIP/2.0/UDP ;branch=x',
  ])('refuses %j', (text) => {
    expect(parseVia(text).ok).toBe(false);
  });
});
