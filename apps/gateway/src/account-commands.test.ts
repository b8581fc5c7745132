import { silent } from '@ringback/sip';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SipClient, udpWire } from '../test/sip-client.ts';
import { temporaryDirectory } from '../test/temporary-directory.ts';
import { changeUser, invite, listUsers } from './account-commands.ts';
import { startGateway } from './gateway.ts';
import { type GatewayOptions, parseTask } from './options.ts';

function optionsFor(data: string): GatewayOptions {
  const task = parseTask(['--port', '0', '--sip-port', '0', '--data', data]);
  if (task.type !== 'start') throw new Error(task.type);
  return task.options;
}

describe('invitations', { timeout: 30_000 }, () => {
  it('are good at once at the gateway that runs beside', async () => {
    const options = optionsFor(temporaryDirectory());
    const gateway = await startGateway(options, silent);
    onTestFinished(() => gateway.close());
    const printed = invite(options, 'Carol Smith');
    const [, url, token] = /^Carol Smith \(103\) +(\S+)\/#t=(\S+)\n$/.exec(printed) ?? [];
    expect(url).toBe(gateway.webUrl);
    const response = await fetch(`${url}/api/sign-in`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ token }),
    });
    expect(await response.json()).toMatchObject({ aor: 'sip:carol.smith@ringback.local', displayName: 'Carol Smith' });
  });

  it('can be made before the gateway was ever started, and again for the same person', () => {
    const options = { ...optionsFor(temporaryDirectory()), port: 8090 };
    const first = invite(options, 'dora');
    expect(first).toMatch(
      /^Dora \(101\) +http:\/\/127\.0\.0\.1:8090\/#t=\S+\n\nThe gateway is not running: npm start\n$/,
    );
    expect(invite(options, '101')).toContain('Dora (101)');
    expect(listUsers(options)).toBe('101  sip:dora@ringback.local  Dora\n');
  });
});

describe('in front of an upstream server', { timeout: 30_000 }, () => {
  it('no command hands out a login that nothing accepts', async () => {
    const options = optionsFor(temporaryDirectory());
    const edge = { host: '127.0.0.1', port: 5999, transport: 'UDP' } as const;
    const gateway = await startGateway({ ...options, upstream: edge }, silent);
    const refusal =
      /^the gateway running with .* in front of sip:127\.0\.0\.1:5999; the accounts are kept there[^\n]*$/;
    expect(() => invite(options, 'zed')).toThrow(refusal);
    expect(() => changeUser(options, 'add', 'zed')).toThrow(refusal);
    expect(() => changeUser(options, 'remove', 'zed')).toThrow(refusal);
    expect(() => listUsers(options)).toThrow(refusal);
    await gateway.close();
    expect(listUsers(options)).toBe('');

    const registrar = await startGateway(options, silent);
    onTestFinished(() => registrar.close());
    expect(invite(options, 'zed')).toContain(registrar.webUrl);
  });
});

describe('users', { timeout: 30_000 }, () => {
  it('are told where the gateway will be when it does not run', () => {
    const options = { ...optionsFor(temporaryDirectory()), sipPort: 5060, advertise: '192.0.2.7', lan: true };
    expect(changeUser(options, 'add', 'desk')).toContain(
      '  Server       192.0.2.7\n  Port         5060 (UDP, TCP), 5061 (TLS)\n  Domain       ringback.local\n',
    );
  });

  it('get a password a desk phone registers with, and a new one only when asked to', async () => {
    const options = optionsFor(temporaryDirectory());
    const gateway = await startGateway(options, silent);
    onTestFinished(() => gateway.close());
    const wire = await udpWire(gateway.sipUri);
    onTestFinished(() => wire.close());
    const status = async (printed: string): Promise<number> => {
      const password = /Password +(\S+)/.exec(printed)?.[1] ?? '';
      return (await new SipClient(wire, { user: 'desk', username: 'desk', password }).register()).status;
    };
    const first = changeUser(options, 'add', 'desk');
    expect(first).toContain('SIP address  sip:desk@ringback.local');
    const port = gateway.sipUri.split(':').at(-1) ?? '';
    expect(first).toContain(
      `  Server       127.0.0.1\n  Port         ${port} (UDP, TCP)\n  Domain       ringback.local\n`,
    );
    expect(await status(first)).toBe(200);
    expect(() => changeUser(options, 'add', 'desk')).toThrow(/has a password already/);
    const second = changeUser(options, 'password', 'desk');
    expect(await status(first)).not.toBe(200);
    expect(await status(second)).toBe(200);
    expect(changeUser(options, 'remove', 'desk')).toBe('Desk is removed.\n');
    expect(() => changeUser(options, 'remove', 'desk')).toThrow('there is no account desk');
  });
});
