import { missing } from './harness/page-audio.ts';
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

for (const side of ['caller', 'callee'] as const) {
  test(`a WebSocket cut in a call comes back by itself at its first try, the audio never stops, the ${side} hangs up`, async ({
    parties,
  }) => {
    const { tap } = served;
    const [alice, bob] = [await parties.phone(ALICE), await parties.phone(BOB)];
    await Promise.all([signIn(alice, 'alice'), signIn(bob, 'bob')]);
    await talk(alice, bob);
    await expectTalking(alice, ALICE, bob, BOB);
    await Promise.all([alice.audio.forget(), bob.audio.forget()]);
    const before = [await alice.audio.sent(), await bob.audio.sent()] as const;

    const opened = tap.opened.length;
    tap.cut();
    const registered = () =>
      tap.captured.filter(({ connection, startLine, method }) => {
        return connection >= opened && method === 'REGISTER' && startLine.startsWith('SIP/2.0 200');
      });
    await expect.poll(registered).toHaveLength(2);
    const [one, other] = registered();
    expect(one?.connection, 'each on a connection of its own').not.toBe(other?.connection);
    // How soon a phone tries first, a third of a second at most, is shown in virtual time.
    expect(tap.opened.slice(opened), 'tries until both are registered again').toHaveLength(2);
    await Promise.all([alice.online(), bob.online()]);
    await Promise.all([expectTone(alice, BOB, 4), expectTone(bob, ALICE, 4)]);
    const after = [await alice.audio.sent(), await bob.audio.sent()] as const;
    expect(missing(before[0], after[0]), 'seconds of sound missing at Alice').toBeLessThan(0.2);
    expect(missing(before[1], after[1]), 'seconds of sound missing at Bob').toBeLessThan(0.2);

    const [first, second, name] = side === 'caller' ? [alice, bob, 'Alice'] : [bob, alice, 'Bob'];
    await first.press('Hang up');
    await Promise.all([first.expectEnded('Call ended'), second.expectEnded(`${name} hung up`)]);
    expect(tap.opened.slice(opened), 'new connections').toHaveLength(2);
    expect(registered(), 'registrations on them').toHaveLength(2);
    await expect.poll(async () => (await alice.history())[0]).toMatch(/Bob.*Outgoing/);
    await expect.poll(async () => (await bob.history())[0]).toMatch(/Alice.*Incoming/);
  });
}

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
  const opened = tap.opened.length;

  await bob.dial('alice');
  await expect(alice.incoming('Bob')).toBeVisible();
  await expect(second.incoming('Bob')).toBeVisible();
  await second.answer('Bob');
  await expect(alice.incoming('Bob')).toBeHidden();
  await expectTalking(second, ALICE, bob, BOB);
  expect(await second.audio.leftOpen(), 'connection and microphone of the tab that answered').toBe(2);
  expect(await alice.audio.leftOpen(), 'connections and microphones of the other').toBe(0);
  expect(await alice.audio.audible()).toBe(false);
  await alice.page.close();
  await expectTalking(second, ALICE, bob, BOB);
  await bob.press('Hang up');
  await second.expectEnded('Bob hung up');
  expect(tap.open).toBe(before + 1);
  expect(tap.opened.slice(opened), 'connections made during the call').toHaveLength(0);
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
