import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { run, startChild } from '../test/child-gateway.ts';
import { happening, phone } from '../test/phone.ts';
import { SipClient, udpWire } from '../test/sip-client.ts';
import { temporaryDirectory } from '../test/temporary-directory.ts';
import { PHONE } from './gateway.ts';
import { isBuilt, NOT_BUILT } from './http/static-files.ts';

const ALICE = { user: 'alice', username: 'alice', password: 'one' };
const ANY_PORTS = ['--port', '0', '--sip-port', '0'];
/** On stderr of a gateway that has nothing else to complain of. */
const QUIET = isBuilt(PHONE) ? '' : `ringback: ${NOT_BUILT}\n`;

describe('the program', { timeout: 60_000 }, () => {
  it('prints the links and that it is ready, and takes one Ctrl-C that arrives twice for one', async () => {
    const gateway = await startChild([...ANY_PORTS, '--data', temporaryDirectory()]);
    expect(gateway.stdout).toMatch(/Alice \(101\) +http:\/\/127\.0\.0\.1:\d+\/#t=[\w-]{32}\n/);
    expect(gateway.stdout).toMatch(/Bob \(102\) +http:\/\/127\.0\.0\.1:\d+\/#t=[\w-]{32}\n/);
    expect(gateway.webSocketUrl).toBe(`${gateway.webUrl.replace('http', 'ws')}/ws`);
    expect((await fetch(`${gateway.webUrl}/healthz`)).status).toBe(200);
    gateway.child.kill('SIGINT');
    gateway.child.kill('SIGINT');
    expect(await gateway.ended).toMatchObject({ code: 0, signal: null, stderr: QUIET });
  });

  it('stops within two seconds of Ctrl-C, whatever is open and while a call is being set up', async () => {
    const env = { RINGBACK_ACCOUNTS: 'alice:one,bob:two,carol:three' };
    const gateway = await startChild([...ANY_PORTS, '--data', temporaryDirectory()], env);
    const connected = happening();
    const ringing = happening();
    const alice = await phone(
      gateway.webSocketUrl,
      { user: 'alice', password: 'one' },
      { session: ({ state }) => state === 'connected' && connected.happened() },
    );
    await phone(gateway.webSocketUrl, { user: 'bob', password: 'two' }, { incoming: (session) => session.answer() });
    await phone(gateway.webSocketUrl, { user: 'carol', password: 'three' }, { incoming: () => ringing.happened() });
    const [, host = '', port = ''] = /^sip:(.*):(\d+)$/.exec(gateway.sipUri) ?? [];
    const tcp = connect({ host, port: Number(port) });
    tcp.on('error', () => {});
    await once(tcp, 'connect');
    tcp.write('OPTIONS sip:ringback.local SIP/2.0\r\n');
    alice.call('sip:bob@ringback.local');
    alice.call('sip:carol@ringback.local');
    await Promise.all([connected.once, ringing.once]);

    const before = performance.now();
    gateway.child.kill('SIGINT');
    expect(await gateway.ended).toMatchObject({ code: 0, signal: null, stderr: QUIET });
    expect(performance.now() - before).toBeLessThan(2000);
    tcp.destroy();
  });

  it('knows after kill -9 where UDP phones are, and keeps invitations made meanwhile', async () => {
    const data = temporaryDirectory();
    const env = { RINGBACK_ACCOUNTS: 'alice:one' };
    const first = await startChild([...ANY_PORTS, '--data', data], env);
    const phone = await udpWire(first.sipUri);
    onTestFinished(() => phone.close());
    await new SipClient(phone, ALICE).register();
    await bindingWritten(data);
    first.child.kill('SIGKILL');
    await first.ended;
    expect(await run(['--invite', 'Carol', '--data', data])).toMatchObject({ code: 0, stderr: '' });

    const second = await startChild([...ANY_PORTS, '--data', data], env);
    expect(second.stdout).toContain('Carol (102)');
    const other = await udpWire(second.sipUri);
    onTestFinished(() => other.close());
    const response = await new SipClient(other, ALICE).register();
    expect(response.contacts.map(({ uriText }) => uriText)).toContain(`sip:alice@${phone.contact}`);
  });

  it('ends with one line and 1 where something is in the way, 2 where a flag is wrong, 0 after its help', async () => {
    const data = temporaryDirectory();
    writeFileSync(join(data, 'ringback.db'), 'no database '.repeat(1000));
    const damaged = await run([...ANY_PORTS, '--data', data]);
    expect(damaged).toMatchObject({ code: 1, stdout: '' });
    expect(damaged.stderr).toMatch(/^ringback: .*ringback\.db is damaged [^\n]+\n$/);
    const wrong = await run(['--port', 'eighty']);
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr).toMatch(/^ringback: .*'eighty' is invalid[^\n]+\n$/);
    expect(await run(['--help'])).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('--sip-port') });
  });
});

/** Bindings are written shortly after the answer; this is when. */
async function bindingWritten(data: string): Promise<void> {
  const database = new DatabaseSync(join(data, 'ringback.db'), { readOnly: true });
  const count = database.prepare('SELECT count(*) AS n FROM bindings');
  while (Number(count.get()?.['n']) === 0) await new Promise((resolve) => setImmediate(resolve));
  database.close();
}
