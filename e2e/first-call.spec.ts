import { arrowsOnTheWire, leg } from './harness/ladder.ts';
import { PageEvents } from './harness/page-events.ts';
import { expectSilence, expectTalking, expectTone, type Phone } from './harness/phone.ts';
import { expect, serve, test } from './harness/test.ts';

const ALICE = 350;
const BOB = 550;

/** When an end of a call can have come about, in epoch milliseconds. */
interface Between {
  readonly least: number;
  readonly most: number;
}

/** The history holds this one call and nothing else, as long as it can have been in whole seconds. */
async function expectOneCall(phone: Phone, name: string, direction: string, answered: Between, ended: Between) {
  await expect.poll(() => phone.history()).toHaveLength(1);
  const [entry = ''] = await phone.history();
  expect(entry).toMatch(new RegExp(`${name} ${direction} · \\d\\d:\\d\\d `));
  const [, minutes, seconds] = /(\d\d):(\d\d)/.exec(entry) ?? [];
  const length = 60 * Number(minutes) + Number(seconds);
  expect(length).toBeGreaterThanOrEqual(Math.floor((ended.least - answered.most) / 1000));
  expect(length).toBeLessThanOrEqual(Math.floor((ended.most - answered.least) / 1000));
}

/** Opens a sign-in link: what it grants is out of the address bar before anything is pressed. */
async function openLink(phone: Phone, link: string): Promise<void> {
  expect(link).toContain('#t=');
  await phone.page.goto(link);
  expect(phone.page.url()).not.toContain('t=');
  await phone.button('Sign in').click();
  await phone.online();
}

test.describe('a first run, started as a person starts it', () => {
  const served = serve({ by: 'npm' });

  test('two browsers sign in by the printed links, talk, and see what happened underneath', async ({ parties }) => {
    const { gateway, tap } = served;
    const [forAlice = '', forBob = ''] = gateway.links;
    const alice = await parties.phone(ALICE);
    const bob = await parties.phone(BOB);
    const events = await PageEvents.install(bob.page);
    const [answered, ended] = [
      { least: 0, most: 0 },
      { least: 0, most: 0 },
    ];

    await test.step('a link signs in, and leaves the address bar', async () => {
      await Promise.all([openLink(alice, forAlice), openLink(bob, forBob)]);
    });

    await test.step('Alice calls Bob from his entry under People, Bob rings and answers', async () => {
      await alice.callPerson('Bob');
      await expect(bob.incoming('Alice')).toBeVisible();
      await alice.expectCall('Bob', 'Ringing…');
      answered.least = Date.now();
      await bob.answer('Alice');
      await alice.expectCall('Bob', 'Connected');
      await bob.expectCall('Alice', 'Connected');
      answered.most = Date.now();
    });

    await test.step('each hears the other', async () => {
      await expectTalking(alice, ALICE, bob, BOB);
      expect(await alice.audio.audible()).toBe(true);
      expect(await bob.audio.audible()).toBe(true);
    });

    await test.step('the ladder is there while they talk', async () => {
      await alice.openLadder();
      await expect(alice.ladder.locator('[data-arrow="ACK"]').last()).toBeVisible();
      await expect(alice.ladder.locator('[data-media]')).toBeVisible();
      await alice.ladder.getByRole('button', { name: 'Close' }).click();
    });

    await test.step('mute silences one way only', async () => {
      await alice.press('Mute');
      await expectSilence(bob);
      await alice.audio.forget();
      await expectTone(alice, BOB, 1);
      await alice.press('Unmute');
      await expectTone(bob, ALICE, 1);
    });

    await test.step('hold stops both ways, resume starts both again', async () => {
      await alice.press('Hold');
      await alice.expectCall('Bob', 'You put Bob on hold');
      await bob.expectCall('Alice', 'Alice put you on hold');
      await Promise.all([expectSilence(alice), expectSilence(bob)]);
      await alice.press('Resume');
      await Promise.all([expectTone(bob, ALICE, 1), expectTone(alice, BOB, 1)]);
    });

    await test.step('digits arrive as named events, each once (RFC 4733)', async () => {
      await alice.sendDigits('1559#0');
      await expect.poll(() => events.digits()).toBe('1559#0');
    });

    await test.step('hanging up ends both and leaves nothing open', async () => {
      ended.least = Date.now();
      await alice.press('Hang up');
      await Promise.all([alice.expectEnded('Call ended'), bob.expectEnded('Alice hung up')]);
      ended.most = Date.now();
      expect(await events.digits(), 'and no more came until the end').toBe('1559#0');
      await alice.openLadder();
      await expect.poll(() => alice.audio.leftOpen()).toBe(0);
      await expect.poll(() => bob.audio.leftOpen()).toBe(0);
    });

    await test.step('the ladder shows exactly what was on the wire', async () => {
      const invite = tap.captured.find(({ startLine }) => startLine.startsWith('INVITE '));
      const wire = arrowsOnTheWire(tap.ofCall(invite?.callId ?? ''));
      expect(leg(wire, 'caller').at(-1)).toBe('gateway → caller: 200');
      await expect.poll(() => alice.arrows()).toHaveLength(wire.length);
      const shown = await alice.arrows();
      for (const party of ['caller', 'callee']) expect(leg(shown, party)).toEqual(leg(wire, party));
    });

    await test.step('an arrow opens its message, without credentials, and says what it means', async () => {
      await alice.ladder.locator('[data-arrow="INVITE"]').last().click();
      const message = alice.page.getByRole('region', { name: 'Message' });
      await expect(message).toContainText('INVITE sip:');
      await expect(message).toContainText(/RFC \d+/);
      await expect(message).not.toContainText(/response="[0-9a-f]{8,}/);
      await expect(message).not.toContainText(/a=ice-pwd:[A-Za-z0-9+/]{8,}/);
    });

    await test.step('both remember the call, once, and how long it was', async () => {
      await expectOneCall(alice, 'Bob', 'Outgoing', answered, ended);
      await expectOneCall(bob, 'Alice', 'Incoming', answered, ended);
    });
  });
});

test.describe('the printed links, both opened in one browser', () => {
  const served = serve({ by: 'npm' });

  test('two accounts in two tabs of one browser call each other', async ({ parties }) => {
    const [forAlice = '', forBob = ''] = served.gateway.links;
    const alice = await parties.phone(ALICE);
    await openLink(alice, forAlice);
    const bob = await parties.tab(alice, BOB);
    const events = await PageEvents.install(bob.page);
    await openLink(bob, forBob);
    await alice.callPerson('Bob');
    const answered = { least: Date.now(), most: 0 };
    await bob.answer('Alice');
    await alice.expectCall('Bob', 'Connected');
    await bob.expectCall('Alice', 'Connected');
    answered.most = Date.now();
    await expectTalking(alice, ALICE, bob, BOB);

    await alice.press('Mute');
    await expectSilence(bob);
    await alice.audio.forget();
    await expectTone(alice, BOB, 1);
    await alice.press('Unmute');
    await expectTone(bob, ALICE, 1);

    await bob.press('Hold');
    await bob.expectCall('Alice', 'You put Alice on hold');
    await alice.expectCall('Bob', 'Bob put you on hold');
    await Promise.all([expectSilence(alice), expectSilence(bob)]);
    await bob.press('Resume');
    await Promise.all([expectTone(bob, ALICE, 1), expectTone(alice, BOB, 1)]);

    await alice.sendDigits('7');
    await expect.poll(() => events.digits()).toBe('7');

    const ended = { least: Date.now(), most: 0 };
    await bob.press('Hang up');
    await Promise.all([alice.expectEnded('Bob hung up'), bob.expectEnded('Call ended')]);
    ended.most = Date.now();
    expect(await events.digits(), 'and no more came until the end').toBe('7');
    await expectOneCall(alice, 'Bob', 'Outgoing', answered, ended);
    await expectOneCall(bob, 'Alice', 'Incoming', answered, ended);
  });
});
