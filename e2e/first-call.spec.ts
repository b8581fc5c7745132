import { arrowsOnTheWire, leg } from './harness/ladder.ts';
import { expectSilence, expectTalking, expectTone } from './harness/phone.ts';
import { expect, serve, test } from './harness/test.ts';

const ALICE = 350;
const BOB = 550;

test.describe('a first run, started as a person starts it', () => {
  const served = serve({ by: 'npm' });

  test('two browsers sign in by the printed links, talk, and see what happened underneath', async ({ parties }) => {
    const { gateway, tap } = served;
    const [forAlice = '', forBob = ''] = gateway.links;
    const alice = await parties.phone(ALICE);
    const bob = await parties.phone(BOB);

    await test.step('a link signs in, and leaves the address bar', async () => {
      await Promise.all([alice.signInByLink(forAlice), bob.signInByLink(forBob)]);
      expect(alice.page.url()).not.toContain('t=');
    });

    await test.step('Alice calls Bob from his entry under People, Bob rings and answers', async () => {
      await alice.callPerson('Bob');
      await expect(bob.incoming('Alice')).toBeVisible();
      await alice.expectCall('Bob', 'Ringing…');
      await bob.answer('Alice');
      await alice.expectCall('Bob', 'Connected');
      await bob.expectCall('Alice', 'Connected');
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

    await test.step('digits arrive as their two tones', async () => {
      await bob.audio.forget();
      await alice.sendDigits('159#0');
      await expect.poll(() => bob.audio.digits()).toBe('159#0');
    });

    await test.step('hanging up ends both and leaves nothing open', async () => {
      await alice.press('Hang up');
      await alice.expectEnded('Call ended');
      await bob.expectEnded('Alice hung up');
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

    await test.step('both remember the call', async () => {
      await expect.poll(async () => (await alice.history())[0]).toMatch(/Bob.*Outgoing/);
      await expect.poll(async () => (await bob.history())[0]).toMatch(/Alice.*Incoming/);
    });
  });

  test('two accounts in two tabs of one browser call each other', async ({ parties }) => {
    const { gateway } = served;
    const [forCarla, forDora] = await Promise.all([gateway.invite('Carla'), gateway.invite('Dora')]);
    const carla = await parties.phone(ALICE);
    await carla.signInByLink(forCarla);
    const dora = await parties.tab(carla, BOB);
    await dora.signInByLink(forDora);
    await carla.callPerson('Dora');
    await dora.answer('Carla');
    await expectTalking(carla, ALICE, dora, BOB);
    await dora.press('Hang up');
    await carla.expectEnded('Dora hung up');
    await dora.expectEnded('Call ended');
  });
});
