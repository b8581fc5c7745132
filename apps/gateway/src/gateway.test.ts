import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { join } from 'node:path';
import { silent } from '@ringback/sip';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loopbackCertificate } from '../test/loopback-certificate.ts';
import { type Login, SipClient, udpWire, type Wire, webSocketWire } from '../test/sip-client.ts';
import { temporaryDirectory } from '../test/temporary-directory.ts';
import { parseAccounts } from './accounts/first-run.ts';
import { announcement, complaint } from './announcement.ts';
import { type Gateway, startGateway } from './gateway.ts';
import { lanAddress } from './lan.ts';
import { type GatewayOptions, parseTask } from './options.ts';
import { Problem } from './problem.ts';

const ALICE = 'sip:alice@ringback.local';
const BOB = 'sip:bob@ringback.local';

async function start(data: string, accounts = '', ...parameters: readonly string[]): Promise<Gateway> {
  const options = optionsOf('--port', '0', '--sip-port', '0', '--data', data, ...parameters);
  const gateway = await startGateway({ ...options, accounts: parseAccounts(accounts) }, silent);
  onTestFinished(() => gateway.close());
  return gateway;
}

function optionsOf(...parameters: readonly string[]): GatewayOptions {
  const task = parseTask(parameters);
  if (task.type !== 'start') throw new Error(task.type);
  return task.options;
}

async function wired<T extends Wire>(wire: Promise<T>): Promise<T> {
  const made = await wire;
  onTestFinished(() => {
    try {
      made.close();
    } catch {
      // The test closed it.
    }
  });
  return made;
}

async function post(url: string, body: unknown, cookie?: string): Promise<Response> {
  const headers = { 'Content-Type': 'application/json', ...(cookie === undefined ? {} : { Cookie: cookie }) };
  return fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
}

function cookieOf(response: Response): string {
  return response.headers.get('set-cookie')?.split(';')[0] ?? '';
}

/** Opens the printed link of a user: the login of this device, and the cookie. */
async function openLink(gateway: Gateway, user: string): Promise<{ readonly login: Login; readonly cookie: string }> {
  const token = gateway.invitations.find(({ account }) => account.user === user)?.token;
  const response = await post(`${gateway.webUrl}/api/sign-in`, { token });
  const { username, password } = (await response.json()) as Login;
  return { login: { user, username, password }, cookie: cookieOf(response) };
}

interface Answer {
  readonly status: number;
  readonly body: { readonly people: readonly unknown[]; readonly entries: readonly { readonly startLine: string }[] };
}

async function json(url: string, cookie: string): Promise<Answer> {
  const response = await fetch(url, { headers: { Cookie: cookie } });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}

describe('a gateway', { timeout: 30_000 }, () => {
  it('registers the device that opened the printed link, and shows it to people as reachable', async () => {
    const gateway = await start(temporaryDirectory());
    const { login, cookie } = await openLink(gateway, 'alice');
    const wire = await wired(webSocketWire(gateway.webSocketUrl, cookie));
    expect((await new SipClient(wire, login).register()).status).toBe(200);
    const people = await json(`${gateway.webUrl}/api/people?aor=${ALICE}`, cookie);
    expect(people.body.people).toEqual([
      { aor: ALICE, name: 'Alice', extension: '101', reachable: true },
      { aor: BOB, name: 'Bob', extension: '102', reachable: false },
    ]);
  });

  it('tells open phones at once when somebody becomes reachable', async () => {
    const gateway = await start(temporaryDirectory(), 'bob:pw');
    const session = cookieOf(await post(`${gateway.webUrl}/api/session`, {}));
    const bob = await wired(webSocketWire(gateway.webSocketUrl, session));
    const client = new SipClient(bob, { user: 'bob', username: 'bob', password: 'pw' });
    await client.register();
    const stream = await fetch(`${gateway.webUrl}/api/events?aor=${BOB}`, { headers: { Cookie: session } });
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    const until = async (wanted: RegExp): Promise<void> => {
      while (!wanted.test(text)) text += (await reader?.read())?.value ?? '';
    };
    await until(/"reachable":true/);
    await client.register('ringback.local', 0);
    await until(/"reachable":false/);
    expect(text).toContain('event: trace');
  });

  it('binds the account to the session of somebody who signed in by hand, once the REGISTER succeeded', async () => {
    const gateway = await start(temporaryDirectory(), 'alice:secret');
    const cookie = cookieOf(await post(`${gateway.webUrl}/api/session`, {}));
    const wire = await wired(webSocketWire(gateway.webSocketUrl, cookie));
    const wrong = new SipClient(wire, { user: 'alice', username: 'alice', password: 'wrong' });
    expect((await wrong.register()).status).not.toBe(200);
    expect((await json(`${gateway.webUrl}/api/people?aor=${ALICE}`, cookie)).status).toBe(401);
    const right = new SipClient(wire, { user: 'alice', username: 'alice', password: 'secret' });
    expect((await right.register()).status).toBe(200);
    expect((await json(`${gateway.webUrl}/api/people?aor=${ALICE}`, cookie)).status).toBe(200);
  });

  it('shows the REGISTER with its 401 to its owner, credentials removed, and to nobody else', async () => {
    const gateway = await start(temporaryDirectory());
    const alice = await openLink(gateway, 'alice');
    const bob = await openLink(gateway, 'bob');
    const wire = await wired(webSocketWire(gateway.webSocketUrl, alice.cookie));
    const client = new SipClient(wire, alice.login);
    await client.register();
    const trace = (aor: string, cookie: string) =>
      json(`${gateway.webUrl}/api/trace?aor=${aor}&callId=${client.callId}`, cookie);
    const { entries } = (await trace(ALICE, alice.cookie)).body;
    expect(entries.map(({ startLine }) => startLine)).toEqual([
      'REGISTER sip:ringback.local SIP/2.0',
      'SIP/2.0 401 Unauthorized',
      'REGISTER sip:ringback.local SIP/2.0',
      'SIP/2.0 200 OK',
    ]);
    expect(JSON.stringify(entries)).toContain('response=\\"(removed)\\"');
    expect((await trace(BOB, bob.cookie)).body.entries).toEqual([]);
    expect((await trace(ALICE, bob.cookie)).status).toBe(401);
  });

  it('lets a device in no more once it has signed out', async () => {
    const gateway = await start(temporaryDirectory());
    const { login, cookie } = await openLink(gateway, 'alice');
    expect((await post(`${gateway.webUrl}/api/sign-out`, { aor: ALICE }, cookie)).status).toBe(200);
    const wire = await wired(webSocketWire(gateway.webSocketUrl));
    expect((await new SipClient(wire, login).register()).status).not.toBe(200);
  });

  it('still knows where UDP phones are after a restart, and who may sign in', async () => {
    const data = temporaryDirectory();
    const first = await start(data, 'alice:secret');
    const wire = await wired(udpWire(first.sipUri));
    const login = { user: 'alice', username: 'alice', password: 'secret' };
    expect((await new SipClient(wire, login).register()).status).toBe(200);
    await first.close();

    const second = await start(data);
    const cookie = cookieOf(await post(`${second.webUrl}/api/session`, {}));
    const again = await wired(webSocketWire(second.webSocketUrl, cookie));
    const response = await new SipClient(again, login).register();
    expect(response.status).toBe(200);
    expect(response.contacts.map(({ uriText }) => uriText)).toContain(`sip:alice@${wire.contact}`);
  });

  it('cuts off a browser that floods it, and serves the others meanwhile (SEC-WS-07)', async () => {
    const gateway = await start(temporaryDirectory(), 'alice:secret');
    const flooder = await wired(webSocketWire(gateway.webSocketUrl));
    const closed = once(flooder.socket, 'close');
    const options = 'OPTIONS sip:ringback.local SIP/2.0\r\nMax-Forwards: 70\r\n\r\n';
    for (let n = 0; n < 2000; n++) flooder.send(Buffer.from(options));
    const other = await wired(webSocketWire(gateway.webSocketUrl));
    const login = { user: 'alice', username: 'alice', password: 'secret' };
    expect((await new SipClient(other, login).register()).status).toBe(200);
    expect((await closed)[0]).toBe(1008);
  });

  it('closes what is open when it stops, with 1001 to browsers', async () => {
    const gateway = await start(temporaryDirectory());
    const wire = await wired(webSocketWire(gateway.webSocketUrl));
    const closed = once(wire.socket, 'close');
    await gateway.close();
    expect((await closed)[0]).toBe(1001);
    await expect(fetch(gateway.webUrl)).rejects.toThrow();
  });

  it('says that the phone is not built, in the terminal and in the browser, and serves it once it is', async () => {
    const folder = temporaryDirectory();
    const options = optionsOf('--port', '0', '--sip-port', '0', '--data', temporaryDirectory());
    const gateway = await startGateway(options, silent, folder);
    onTestFinished(() => gateway.close());
    expect(complaint(gateway)).toBe('ringback: the phone is not built: run npm run build\n');
    const missing = await fetch(gateway.webUrl);
    expect(missing.status).toBe(503);
    expect(await missing.text()).toBe('the phone is not built: run npm run build\n');
    writeFileSync(join(folder, 'index.html'), '<!doctype html><head><title>Phone</title></head>');
    expect((await fetch(gateway.webUrl)).status).toBe(200);
    expect(complaint({ ...gateway, built: true })).toBe('');
  });

  it('is alone in its data directory', async () => {
    const data = temporaryDirectory();
    const first = await start(data);
    await expect(start(data)).rejects.toThrow(/a gateway is running with the data directory/);
    await first.close();
    await start(data);
  });

  it('prints the links in columns, and each port a desk phone may use', async () => {
    const data = temporaryDirectory();
    const gateway = await start(data, '', ...certificateFiles(data));
    const text = announcement(gateway, optionsOf());
    expect(text).toMatch(/^ {4}Alice \(101\) {2}https:/m);
    expect(text).toMatch(/^ {4}Bob \(102\) {4}https:/m);
    expect(text).toMatch(
      /^ {2}Desk phones {2}127\.0\.0\.1, port \d+ \(UDP, TCP\), \d+ \(TLS\), domain ringback\.local$/m,
    );
    expect(text).toContain(`${gateway.sipUri}\n`);
  });

  it('speaks https, wss and SIP over TLS with a certificate, and then asks browsers to insist on https', async () => {
    const data = temporaryDirectory();
    const gateway = await start(data, '', ...certificateFiles(data));
    expect(gateway.webUrl).toMatch(/^https:/);
    expect(gateway.webSocketUrl).toMatch(/^wss:/);
    const request = get(`${gateway.webUrl}/healthz`, { ca: readFileSync(join(data, 'ca.pem')) });
    const [response] = await once(request, 'response');
    response.resume();
    expect(response.headers['strict-transport-security']).toBe('max-age=31536000');
  });

  it('--lan serves the local network over TLS from an authority of its own, and says whom to trust', async () => {
    const address = await lanAddress();
    const data = temporaryDirectory();
    if (address === undefined) {
      await expect(start(data, '', '--lan')).rejects.toThrow('--lan: this machine has no address in a local network');
      return;
    }
    const gateway = await start(data, '', '--lan');
    expect(gateway.webUrl).toMatch(new RegExp(`^https://${address.replaceAll('.', '\\.')}:\\d+$`));
    expect(gateway.sipUri).toContain(address);
    const authority = gateway.plan.tls?.authority;
    // The certificate is verified: by the authority that is offered, for the address that is printed.
    const request = get(`${gateway.webUrl}/ca.crt`, { ca: authority?.certificate ?? '' });
    const [response] = await once(request, 'response');
    const offered = new X509Certificate(Buffer.concat(await response.toArray()));
    expect(offered.fingerprint256).toBe(new X509Certificate(authority?.certificate ?? '').fingerprint256);
    const page = get(`${gateway.webUrl}/ca`, { ca: authority?.certificate ?? '' });
    const [shown] = await once(page, 'response');
    const html = Buffer.concat(await shown.toArray()).toString();
    expect(html).toContain('overflow-wrap: anywhere');
    expect(html).toContain('cannot vouch for any other site');
    expect(/<code>((?:[0-9A-F:]{1,24}(?:<br>)?)+)<\/code>/.exec(html)?.[1]?.replaceAll('<br>', '')).toBe(
      authority?.fingerprint,
    );
    const text = announcement(gateway, optionsOf('--lan'));
    expect(text).toContain(offered.fingerprint256);
    expect(text).toContain(`${gateway.webUrl}/ca`);
    expect(text).toContain(`${gateway.webUrl}/#t=`);
  });

  it('stands before an upstream server on the address of the route to it, without accounts', async () => {
    const gateway = await start(temporaryDirectory(), '', '--upstream', 'sip:127.0.0.1:5999');
    expect(gateway.sipUri).toMatch(/^sip:127\.0\.0\.1:\d+$/);
    expect(gateway.invitations).toEqual([]);
    const config = await (await fetch(`${gateway.webUrl}/api/config`)).json();
    expect(config).toMatchObject({ mode: 'upstream', domain: '127.0.0.1' });
    const text = announcement(gateway, optionsOf('--upstream', 'sip:127.0.0.1:5999'));
    expect(text).toContain('sip:127.0.0.1:5999, domain 127.0.0.1');
    expect(text).not.toContain('--invite');
  });
});

describe('what keeps a gateway from starting', { timeout: 30_000 }, () => {
  async function refusal(...parameters: readonly string[]): Promise<string> {
    const options = optionsOf('--port', '0', '--sip-port', '0', '--data', temporaryDirectory(), ...parameters);
    const error = await startGateway(options, silent).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(Problem);
    return error instanceof Problem ? error.message : '';
  }

  it('is a port that is taken: named, with the flag; and nothing stays open', async () => {
    const running = await start(temporaryDirectory());
    const web = new URL(running.webUrl).port;
    const sip = running.sipUri.split(':').at(-1) ?? '';
    const data = temporaryDirectory();
    const phone = `port ${web} (the phone, 127.0.0.1:${web}) is taken; choose another with --port`;
    expect(await refusal('--port', web, '--data', data)).toBe(phone);
    const udp = `port ${sip} (SIP over UDP, 127.0.0.1:${sip}) is taken; choose another with --sip-port`;
    expect(await refusal('--sip-port', sip, '--data', data)).toBe(udp);
    await start(data);
  });

  it('is a damaged file, a directory that cannot be written, an address that is not ours', async () => {
    const data = temporaryDirectory();
    const file = join(data, 'ringback.db');
    writeFileSync(file, 'no database '.repeat(1000));
    expect(await refusal('--data', data)).toMatch(/ringback\.db is damaged/);
    expect(await refusal('--data', join(file, 'below'))).toMatch(/data directory .* cannot be written .*--data/);
    expect(await refusal('--host', '203.0.113.77')).toMatch(
      /203\.0\.113\.77 is not an address of this machine; .*--host/,
    );
  });

  it('is an upstream server without an address', async () => {
    expect(await refusal('--upstream', 'sip:no..such..host')).toMatch(/--upstream: no\.\.such\.\.host has no address/);
  });

  it('is a certificate that is not there, or not of that key', async () => {
    const data = temporaryDirectory();
    const [, cert = ''] = certificateFiles(data);
    expect(await refusal('--tls-cert', '/nowhere', '--tls-key', '/nowhere')).toMatch(/--tls-cert: ENOENT/);
    expect(await refusal('--tls-cert', cert, '--tls-key', cert)).toMatch(/do not make a pair/);
  });
});

/** A certificate for 127.0.0.1 in files, as flags; the authority is `ca.pem` beside them. */
function certificateFiles(folder: string): readonly string[] {
  const { cert, key, ca } = loopbackCertificate();
  writeFileSync(join(folder, 'cert.pem'), cert);
  writeFileSync(join(folder, 'key.pem'), key);
  writeFileSync(join(folder, 'ca.pem'), ca);
  return ['--tls-cert', join(folder, 'cert.pem'), '--tls-key', join(folder, 'key.pem')];
}
