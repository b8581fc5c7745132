import { engineCounts } from './harness/engine.ts';
import type { Phone } from './harness/phone.ts';
import { Sipp } from './harness/sipp.ts';
import { expect, serve, test } from './harness/test.ts';

const served = serve({ accounts: 'alice:alice-secret,bob:bob-secret,carol:carol-secret' });

async function signIn(phone: Phone, name: string): Promise<void> {
  const address = `${name}@${served.gateway.domain}`;
  await phone.signInByHand(served.gateway.url, { address, password: `${name}-secret` });
}

test('calls that come to nothing say so, and leave nothing behind', async ({ parties }) => {
  test.setTimeout(120_000);
  const [alice, bob] = [await parties.phone(350), await parties.phone(550)];
  await Promise.all([signIn(alice, 'alice'), signIn(bob, 'bob')]);

  await test.step('declined: 486', async () => {
    await alice.dial('bob');
    await bob.decline('Alice');
    await alice.expectEnded('Bob is busy');
    await alice.expectDetails('486');
    await expect.poll(async () => (await bob.history())[0]).toMatch(/Alice.*Declined/);
  });

  await test.step('cancelled while it rings', async () => {
    await alice.dial('bob');
    await expect(bob.incoming('Alice')).toBeVisible();
    await alice.press('Hang up');
    await alice.expectEnded('Call cancelled');
    await expect(bob.incoming('Alice')).toBeHidden();
    await expect.poll(async () => (await bob.history())[0]).toMatch(/Alice.*Missed/);
    // §9.2, §16.10: the callee ends the INVITE with 487, and the caller hears it.
    const { captured } = served.tap;
    const callId = captured.findLast(({ startLine }) => startLine.startsWith('INVITE '))?.callId ?? '';
    const ends = () =>
      served.tap
        .ofCall(callId)
        .filter(({ startLine, method }) => method === 'INVITE' && /^SIP\/2\.0 [2-6]/.test(startLine))
        .map(({ startLine, direction }) => `${direction} ${startLine.split(' ')[1]}`)
        .filter((one) => !one.endsWith(' 407') && !one.endsWith(' 401'));
    await expect.poll(ends).toEqual(['in 487', 'out 487']);
  });

  await test.step('busy: a desk phone that answers 486', async () => {
    const busy = new Sipp({ scenario: 'busy', transport: 'udp', index: 1, calls: 1 });
    const login = { user: 'carol', password: 'carol-secret', uri: served.gateway.domain };
    const keys = { account: 'carol', domain: served.gateway.domain, contact_port: busy.port };
    const to = served.gateway.sip;
    const registered = await new Sipp({ scenario: 'register', transport: 'udp', to, index: 0, calls: 1, login, keys })
      .done;
    expect(registered, registered.output).toMatchObject({ successful: 1, failed: 0 });
    await alice.dial('carol');
    await alice.expectEnded('Carol is busy');
    await alice.expectDetails('486');
    expect(await busy.done).toMatchObject({ successful: 1, failed: 0 });
  });

  await test.step('no such user: 404', async () => {
    await alice.dial('nobody');
    await alice.expectEnded('Number not found');
    await alice.expectDetails('404');
  });

  await test.step('nobody holds a connection or a microphone', async () => {
    await expect.poll(() => alice.audio.leftOpen()).toBe(0);
    await expect.poll(() => bob.audio.leftOpen()).toBe(0);
  });

  await test.step('nothing is left in the worker and the proxy once their timers ran out (64·T1, 32 s)', async () => {
    // Alice, Bob and the desk phone stay bound, each once.
    const nothing = { transactions: 0, contexts: 0, bindings: 3 };
    await expect.poll(async () => (await served.gateway.health()).counts, { timeout: 45_000 }).toMatchObject(nothing);
    for (const phone of [alice, bob]) {
      await expect
        .poll(() => engineCounts(phone.page), { timeout: 45_000 })
        .toMatchObject({ userAgents: 1, transactions: 0, dialogs: 0, sessions: 0 });
    }
  });
});

test('a wrong password is said at the password field, and binds nothing', async ({ parties }) => {
  const phone = await parties.phone(350);
  await phone.page.goto(served.gateway.url);
  const before = (await served.gateway.health()).counts;
  await phone.fillSignIn({ address: `alice@${served.gateway.domain}`, password: 'wrong' });
  await expect(phone.page.getByText('Wrong username or password')).toBeVisible();
  await expect(phone.field('Password')).toBeFocused();
  expect((await served.gateway.health()).counts).toMatchObject({ bindings: before['bindings'] });
  // The user agent that was refused waits for the right password, and for nothing else.
  const idle = { userAgents: 1, transactions: 0, dialogs: 0, sessions: 0 };
  await expect.poll(() => engineCounts(phone.page), { timeout: 45_000 }).toMatchObject(idle);
  await phone.field('Password').fill('alice-secret');
  await phone.button('Sign in').click();
  await phone.online();
  await expect.poll(() => engineCounts(phone.page), { timeout: 45_000 }).toMatchObject(idle);
});
