import { expectTalking } from './harness/phone.ts';
import { expect, serve, test } from './harness/test.ts';

const ALICE = 350;
const BOB = 550;

const served = serve({});

test('where there is no SharedWorker one tab runs the engine for all: two browsers talk, two tabs are one connection', async ({
  parties,
}) => {
  const { gateway, tap } = served;
  const [forAlice = '', forBob = ''] = gateway.links;
  const [alice, bob] = [await parties.phone(ALICE), await parties.phone(BOB)];
  for (const { page } of [alice, bob]) {
    await page.context().addInitScript(() => {
      Reflect.deleteProperty(window, 'SharedWorker');
    });
  }
  await Promise.all([alice.signInByLink(forAlice), bob.signInByLink(forBob)]);
  expect(await alice.page.evaluate(() => typeof SharedWorker)).toBe('undefined');

  const second = await parties.tab(alice, ALICE);
  await second.page.goto(gateway.url);
  await second.online();
  expect(await second.page.evaluate(() => typeof SharedWorker)).toBe('undefined');
  expect(alice.page.workers(), 'the engine, in the first tab').toHaveLength(1);
  expect(second.page.workers(), 'no other in the second').toHaveLength(0);
  expect(tap.open).toBe(2);

  await bob.callPerson('Alice');
  await expect(alice.incoming('Bob')).toBeVisible();
  await second.answer('Bob');
  await expect(alice.incoming('Bob')).toBeHidden();
  await bob.expectCall('Alice', 'Connected');
  await expectTalking(second, ALICE, bob, BOB);
  expect(await alice.audio.leftOpen(), 'connections and microphones of the other tab').toBe(0);
  await second.press('Hang up');
  await Promise.all([second.expectEnded('Call ended'), bob.expectEnded('Alice hung up')]);
  expect(tap.opened, 'connections, ever').toHaveLength(2);
});
