import { Sipp, type SippCounts } from './harness/sipp.ts';
import { expect, serve, test } from './harness/test.ts';

/** Two hundred calls through the embedded proxy, made by sipp; and who gets through without a password. */
const CALLS = 200;

test.describe('accounts with passwords', () => {
  const served = serve({ accounts: 'alice:alice-secret,bob:bob-secret' });

  for (const transport of ['udp', 'tcp'] as const) {
    test(`${CALLS} registrations and calls with digest over ${transport.toUpperCase()}, none failed`, async () => {
      const { sip, domain } = served.gateway;
      const answering = new Sipp({ scenario: 'answer', transport, index: 1, calls: CALLS });
      const bob = { user: 'bob', password: 'bob-secret', uri: domain };
      const bobKeys = { account: 'bob', domain, contact_port: answering.port };
      const registrations = new Sipp({
        scenario: 'register',
        transport,
        to: sip,
        index: 0,
        calls: CALLS,
        login: bob,
        keys: bobKeys,
      });
      expectAll(await registrations.done, CALLS);

      const alice = { user: 'alice', password: 'alice-secret', uri: `bob@${domain}` };
      const aliceKeys = { account: 'alice', callee: 'bob', domain };
      const calls = new Sipp({
        scenario: 'call',
        transport,
        to: sip,
        index: 2,
        calls: CALLS,
        login: alice,
        keys: aliceKeys,
      });
      expectAll(await calls.done, CALLS);
      expectAll(await answering.done, CALLS);
    });
  }

  test('the built-in uac, which knows no password, gets 407', async () => {
    const uac = new Sipp({
      scenario: 'uac',
      transport: 'udp',
      to: served.gateway.sip,
      index: 0,
      calls: 1,
      service: 'bob',
    });
    const { failed, output } = await uac.done;
    expect(failed).toBe(1);
    expect(output).toContain('SIP/2.0 407 ');
  });
});

test.describe('an address that is trusted', () => {
  const served = serve({ accounts: 'bob:bob-secret', flags: ['--trust', '127.0.0.7'] });

  test('the built-in uac gets through from there, and from nowhere else', async () => {
    const { sip, domain } = served.gateway;
    const answering = new Sipp({ scenario: 'answer', transport: 'udp', index: 1, calls: 20 });
    const bob = { user: 'bob', password: 'bob-secret', uri: domain };
    const keys = { account: 'bob', domain, contact_port: answering.port };
    expectAll(
      await new Sipp({ scenario: 'register', transport: 'udp', to: sip, index: 0, calls: 1, login: bob, keys }).done,
      1,
    );

    const trusted = new Sipp({
      scenario: 'uac',
      transport: 'udp',
      to: sip,
      index: 2,
      calls: 20,
      from: '127.0.0.7',
      service: 'bob',
    });
    expectAll(await trusted.done, 20);
    expectAll(await answering.done, 20);

    const stranger = new Sipp({ scenario: 'uac', transport: 'udp', to: sip, index: 3, calls: 1, service: 'bob' });
    expect(await stranger.done).toMatchObject({
      successful: 0,
      failed: 1,
      output: expect.stringContaining('SIP/2.0 407 '),
    });

    const abroad = new Sipp({ scenario: 'abroad', transport: 'udp', to: sip, index: 4, calls: 1 });
    expectAll(await abroad.done, 1);
  });
});

function expectAll({ successful, failed, exit, output }: SippCounts, calls: number): void {
  expect({ successful, failed, exit }, output).toEqual({ successful: calls, failed: 0, exit: 0 });
}
