import { expect, test } from 'vitest';
import { seededRandom } from '../testing/index.ts';
import { locate, type NaptrRecord, type Resolver, type SrvRecord } from './locate.ts';

const naptr = (order: number, service: string, replacement: string, flags = 's'): NaptrRecord => ({
  order,
  preference: 50,
  flags,
  service,
  replacement,
});
const srv = (name: string, priority = 0, weight = 0, port = 5060): SrvRecord => ({ priority, weight, port, name });

interface Zone {
  readonly naptr?: Readonly<Record<string, readonly NaptrRecord[]>>;
  readonly srv?: Readonly<Record<string, readonly SrvRecord[]>>;
}

/** Every host has the address that its name ends in. */
function dns(zone: Zone): Resolver & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    naptr: async (name) => {
      asked.push(`naptr ${name}`);
      return zone.naptr?.[name] ?? [];
    },
    srv: async (name) => {
      asked.push(`srv ${name}`);
      return zone.srv?.[name] ?? [];
    },
    addresses: async (name) => {
      asked.push(`a ${name}`);
      const number = /\d+/.exec(name)?.[0];
      return number ? [`192.0.2.${number}`] : ['192.0.2.99', '2001:db8::99'];
    },
  };
}

const found = async (uri: string, zone: Zone = {}, seed = 1) => {
  const resolver = dns(zone);
  const targets = await locate(uri, resolver, seededRandom(seed));
  return { asked: resolver.asked, targets: targets.map(({ transport, host, port }) => `${transport} ${host} ${port}`) };
};

test.each([
  ['sip:192.0.2.1', ['UDP 192.0.2.1 5060']],
  ['sips:192.0.2.1', ['TLS 192.0.2.1 5061']],
  ['sip:[2001:db8::1]:5070;transport=tcp', ['TCP 2001:db8::1 5070']],
  ['sips:192.0.2.1;transport=tcp', ['TLS 192.0.2.1 5061']],
  ['sip:example.com;maddr=192.0.2.7', ['UDP 192.0.2.7 5060']],
  ['sip:192.0.2.1;transport=ws', ['WS 192.0.2.1 80']],
])('%s is numeric: nothing is asked (RFC 3263 §4.1, §4.2, TPT-018)', async (uri, targets) => {
  expect(await found(uri)).toEqual({ asked: [], targets });
});

test('a port asks for addresses alone, and each is tried on it (RFC 3263 §4.2, TPT-018)', async () => {
  const everything = { srv: { '_sip._udp.example.com': [srv('host1')] } };
  expect(await found('sip:example.com:5060', everything)).toEqual({
    asked: ['a example.com'],
    targets: ['UDP 192.0.2.99 5060', 'UDP 2001:db8::99 5060'],
  });
  expect((await found('sips:example.com:5070', everything)).targets[0]).toBe('TLS 192.0.2.99 5070');
});

test('a transport asks for its service, and for addresses where there is none (RFC 3263 §4.2, TPT-018)', async () => {
  const zone = { srv: { '_sip._tcp.example.com': [srv('host1', 1, 0, 5070)] } };
  expect(await found('sip:example.com;transport=tcp', zone)).toEqual({
    asked: ['srv _sip._tcp.example.com', 'a host1'],
    targets: ['TCP 192.0.2.1 5070'],
  });
  expect(await found('sips:example.com;transport=tcp', zone)).toEqual({
    asked: ['srv _sips._tcp.example.com', 'a example.com'],
    targets: ['TLS 192.0.2.99 5061', 'TLS 2001:db8::99 5061'],
  });
  // RFC 7118 has no service of its own.
  expect((await found('sip:example.com;transport=ws', zone)).asked).toEqual(['a example.com']);
});

test('NAPTR says by which transport, in its order and of what we have; a SIPS URI takes SIPS alone (RFC 3263 §4.1, TPT-018, TPT-022)', async () => {
  const zone = {
    naptr: {
      'example.com': [
        naptr(100, 'SIP+D2U', '_sip._udp.host3'),
        naptr(10, 'SIP+D2S', '_sip._sctp.host9'),
        naptr(20, 'E2U+sip', '_sip._udp.host8'),
        naptr(30, 'SIP+D2T', '_sip._tcp.host7', 'u'),
        naptr(90, 'sip+d2t', '_sip._tcp.host2'),
        naptr(95, 'SIPS+D2T', '_sips._tcp.host1'),
      ],
    },
    srv: {
      '_sip._udp.host3': [srv('host3')],
      '_sip._tcp.host2': [srv('host2')],
      '_sips._tcp.host1': [srv('host1', 0, 0, 5061)],
    },
  };
  expect(await found('sip:example.com', zone)).toEqual({
    asked: ['naptr example.com', 'srv _sip._tcp.host2', 'a host2'],
    targets: ['TCP 192.0.2.2 5060'],
  });
  expect((await found('sips:example.com', zone)).targets).toEqual(['TLS 192.0.2.1 5061']);
});

test('without NAPTR the services are asked for, ours first; without those the addresses (RFC 3263 §4.1, §4.2, TPT-018)', async () => {
  const zone = {
    srv: { '_sip._tcp.example.com': [srv('host2')], '_sips._tcp.example.com': [srv('host1', 0, 0, 5061)] },
  };
  expect(await found('sip:example.com', zone)).toEqual({
    asked: ['naptr example.com', 'srv _sip._udp.example.com', 'srv _sip._tcp.example.com', 'a host2'],
    targets: ['TCP 192.0.2.2 5060'],
  });
  expect((await found('sips:example.com', zone)).targets).toEqual(['TLS 192.0.2.1 5061']);
  expect((await found('sip:example.org')).targets).toEqual(['UDP 192.0.2.99 5060', 'UDP 2001:db8::99 5060']);
  expect((await found('sips:example.org')).targets[0]).toBe('TLS 192.0.2.99 5061');
});

test('a service that is said not to be there is none (RFC 2782)', async () => {
  const zone = { srv: { '_sip._udp.example.com': [srv('')] } };
  expect((await found('sip:example.com;transport=udp', zone)).targets).toEqual([]);
});

test('services come by priority, and of one priority as often first as their weight says (RFC 2782, RFC 3263 §4.3, TPT-018)', async () => {
  const records = [srv('host1', 2, 100), srv('host2', 1, 30), srv('host3', 1, 10), srv('host4', 1, 0)];
  const zone = { srv: { '_sip._udp.example.com': records } };
  const first = new Map<string, number>();
  for (let seed = 1; seed <= 400; seed++) {
    const { targets } = await found('sip:example.com;transport=udp', zone, seed);
    expect([...targets].sort()).toHaveLength(4);
    expect(targets[3]).toBe('UDP 192.0.2.1 5060');
    first.set(targets[0] ?? '', (first.get(targets[0] ?? '') ?? 0) + 1);
  }
  const often = (host: number) => first.get(`UDP 192.0.2.${host} 5060`) ?? 0;
  expect(often(2)).toBeGreaterThan(2 * often(3));
  expect(often(3)).toBeGreaterThan(2 * often(4));
  expect(often(4)).toBeGreaterThan(0);
});

test('what is no SIP URI or names a transport nobody knows is misuse', async () => {
  await expect(found('tel:+15551234')).rejects.toThrow(TypeError);
  await expect(found('sip:example.com;transport=carrier-pigeon')).rejects.toThrow('unknown transport');
});
