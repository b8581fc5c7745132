import { resolve } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type GatewayOptions, parseTask } from './options.ts';
import { UsageProblem } from './problem.ts';

function options(...parameters: readonly string[]): GatewayOptions {
  const task = parseTask(parameters);
  if (task.type === 'print') throw new Error(task.text);
  return task.options;
}

describe('the command line', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('starts on this machine alone when nothing is said', () => {
    expect(options()).toEqual({
      host: '127.0.0.1',
      port: 8080,
      sipPort: 5060,
      domain: 'ringback.local',
      data: resolve('.ringback'),
      lan: false,
      trust: [],
      origins: [],
      accounts: [],
      logLevel: 'warn',
    });
  });

  it('takes every option', () => {
    expect(
      options(
        ...[
          '--host',
          '::1',
          '--port',
          '0',
          '--sip-port',
          '6000',
          '--advertise',
          'phone.example.com',
          '--domain',
          'Example.COM',
        ],
        ...['--data', '/srv/rb', '--tls-cert', 'c.pem', '--tls-key', 'k.pem', '--log-level', 'debug'],
        ...['--trust', '192.0.2.7,10.1.0.0/16', '--trust', '2001:db8::/32', '--allow-origin', 'https://a.example/'],
      ),
    ).toEqual({
      host: '::1',
      port: 0,
      sipPort: 6000,
      advertise: 'phone.example.com',
      domain: 'example.com',
      data: '/srv/rb',
      lan: false,
      tls: { certificate: 'c.pem', key: 'k.pem' },
      trust: [
        { address: '192.0.2.7', prefix: 32 },
        { address: '10.1.0.0', prefix: 16 },
        { address: '2001:db8::', prefix: 32 },
      ],
      origins: ['https://a.example'],
      accounts: [],
      logLevel: 'debug',
    });
  });

  it('has other defaults in front of an upstream server, and in the local network', () => {
    expect(options('--upstream', 'sip:pbx.example.com')).toMatchObject({
      sipPort: 5070,
      domain: 'pbx.example.com',
      upstream: { host: 'pbx.example.com', port: 5060, transport: 'UDP' },
    });
    expect(options('--lan')).toMatchObject({ lan: true, port: 8443, sipPort: 5060 });
  });

  it('reads RINGBACK_ variables, and lets a flag win over them', () => {
    vi.stubEnv('RINGBACK_SIP_PORT', '6001');
    vi.stubEnv('RINGBACK_PORT', '6002');
    vi.stubEnv('RINGBACK_TRUST', '192.0.2.1 192.0.2.2');
    vi.stubEnv('RINGBACK_ACCOUNTS', 'alice:pw');
    expect(options('--port', '6003')).toMatchObject({
      sipPort: 6001,
      port: 6003,
      trust: [{ address: '192.0.2.1' }, { address: '192.0.2.2' }],
      accounts: [{ name: 'alice', password: 'pw' }],
    });
  });

  it('knows invitations and users', () => {
    expect(parseTask(['--invite', 'Carol Smith', '--data', '/d'])).toMatchObject({
      type: 'invite',
      name: 'Carol Smith',
      options: { data: '/d' },
    });
    expect(parseTask(['user', 'add', 'carol', '--data', '/d'])).toMatchObject({
      type: 'user',
      action: 'add',
      name: 'carol',
      options: { data: '/d' },
    });
    expect(parseTask(['user', 'list'])).toMatchObject({ type: 'users' });
  });

  it('prints every option in its help', () => {
    const task = parseTask(['--help']);
    if (task.type !== 'print') throw new Error('no help');
    const flags = '--host --port --sip-port --advertise --domain --data --upstream --lan --tls-cert --tls-key --trust';
    for (const flag of `${flags} --invite --log-level --help`.split(' ')) expect(task.text).toContain(flag);
    expect(parseTask(['--version'])).toEqual({ type: 'print', text: '0.1.0\n' });
  });

  it.each([
    [['--port', '65536'], /port.*65536.*0 to 65535/],
    [['--sip-port', 'sip'], /'sip' is invalid/],
    [['--host', 'example.com'], /must be an IP address/],
    [['--domain', 'a b'], /host name/],
    [['--upstream', 'pbx.example.com'], /must look like sip:/],
    [['--upstream', 'sip:pbx:0'], /must look like sip:/],
    [['--trust', '10.0.0.0/33'], /address or a network/],
    [['--allow-origin', 'example.com'], /must be an origin/],
    [['--log-level', 'loud'], /loud/],
    [['--tls-cert', 'c.pem'], /belong together/],
    [['--lan', '--host', '0.0.0.0'], /cannot be used with/],
    [['--invite', ' '], /needs a name/],
    [['--upstream', 'sip:pbx', '--invite', 'carol'], /accounts are kept there/],
    [['--upstream', 'sip:pbx', 'user', 'add', 'carol'], /accounts are kept there/],
    [['user', 'list', '--upstream', 'sip:pbx'], /accounts are kept there/],
    [['--nonsense'], /unknown option/],
    [['nonsense'], /nonsense|too many/],
    [['user'], /^user: say add, password, remove or list/],
    [['user', 'frob'], /^user: unknown command 'frob'; say add/],
    [['user', 'frob', 'x', '--port', '1'], /unknown command 'frob'/],
    [['user', 'add'], /missing required argument/],
  ])('says in one line what is wrong with %j', (parameters, message) => {
    const parse = (): unknown => parseTask(parameters);
    expect(parse).toThrow(UsageProblem);
    expect(parse).toThrow(message);
    expect(parse).not.toThrow(/\n/);
  });
});
