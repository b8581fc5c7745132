import { expectTalking, expectTone, type Phone } from './harness/phone.ts';
import { expect, serve, test } from './harness/test.ts';

const ALICE = 350;
const BOB = 550;

const served = serve({ accounts: 'alice:alice-secret,bob:bob-secret' });

async function signIn(phone: Phone, name: string): Promise<void> {
  const { url, domain } = served.gateway;
  await phone.signInByHand(url, { address: `${name}@${domain}`, password: `${name}-secret` });
}

async function talk(alice: Phone, bob: Phone): Promise<void> {
  await alice.dial('bob');
  await bob.answer('Alice');
  await alice.expectCall('Bob', 'Connected');
  await bob.expectCall('Alice', 'Connected');
}

test('a WebSocket cut in a call comes back by itself within a second, and the audio never stops', async ({
  parties,
}) => {
  const { tap } = served;
  const [alice, bob] = [await parties.phone(ALICE), await parties.phone(BOB)];
  await Promise.all([signIn(alice, 'alice'), signIn(bob, 'bob')]);
  for (const [first, hangsUp, hears] of [
    [alice, alice, bob],
    [alice, bob, alice],
  ] as const) {
    expect(first).toBe(alice);
    await talk(alice, bob);
    await Promise.all([alice.audio.forget(), bob.audio.forget()]);
    await Promise.all([expectTone(alice, BOB, 1), expectTone(bob, ALICE, 1)]);
    const [opened, cut] = [tap.opened.length, Date.now()];
    tap.cut();
    const registers = () =>
      tap.captured.filter(({ at, startLine, direction, method }) => {
        return at > cut && direction === 'out' && method === 'REGISTER' && startLine.startsWith('SIP/2.0 200');
      });
    await expect.poll(() => tap.opened).toHaveLength(opened + 2);
    expect((tap.opened.at(-1) ?? 0) - cut, 'milliseconds until both are connected again').toBeLessThanOrEqual(1000);
    await expect.poll(registers).toHaveLength(2);
    await Promise.all([alice.online(), bob.online()]);
    await Promise.all([expectTone(alice, BOB), expectTone(bob, ALICE)]);
    expect(await alice.audio.gapSeconds(BOB), 'silence heard by Alice').toBeLessThan(1);
    expect(await bob.audio.gapSeconds(ALICE), 'silence heard by Bob').toBeLessThan(1);
    await hangsUp.press('Hang up');
    await hangsUp.expectEnded('Call ended');
    await hears.expectEnded(/hung up$/);
    await Promise.all([alice.button('Done').click(), bob.button('Done').click()]);
  }
});

test('two tabs of one account are one connection; both ring; closing the idle one keeps the call', async ({
  parties,
}) => {
  const { tap } = served;
  const bob = await parties.phone(BOB);
  await signIn(bob, 'bob');
  const before = tap.open;
  const alice = await parties.phone(ALICE);
  await signIn(alice, 'alice');
  const second = await parties.tab(alice, ALICE);
  await second.page.goto(served.gateway.url);
  await second.online();
  expect(tap.open).toBe(before + 1);

  await bob.dial('alice');
  await expect(alice.incoming('Bob')).toBeVisible();
  await expect(second.incoming('Bob')).toBeVisible();
  await second.answer('Bob');
  await expect(alice.incoming('Bob')).toBeHidden();
  await expectTalking(second, ALICE, bob, BOB);
  await alice.page.close();
  await expectTalking(second, ALICE, bob, BOB);
  await bob.press('Hang up');
  await second.expectEnded('Bob hung up');
});

test('a page reloaded in a call says so and offers to call back', async ({ parties }) => {
  const [alice, bob] = [await parties.phone(ALICE), await parties.phone(BOB)];
  await Promise.all([signIn(alice, 'alice'), signIn(bob, 'bob')]);
  await talk(alice, bob);
  alice.page.on('dialog', (dialog) => void dialog.accept());
  await alice.page.reload();
  await alice.online();
  await expect(alice.page.getByText('The page was reloaded during your call with Bob.')).toBeVisible();
  await bob.expectEnded(/^(Alice hung up|The call was cut off)$/);
  await alice.button('Call back').click();
  await bob.answer('Alice');
  await expectTalking(alice, ALICE, bob, BOB);
  await alice.press('Hang up');
  await bob.expectEnded('Alice hung up');
});
