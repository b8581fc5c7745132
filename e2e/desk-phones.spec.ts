import { Baresip, type BaresipOptions } from './harness/baresip.ts';
import { expectTone, type Phone } from './harness/phone.ts';
import { address } from './harness/ports.ts';
import { expect, serve, test } from './harness/test.ts';
import { toneSeconds } from './harness/tones.ts';

const ALICE = 350;
const DESK = 440;
/** Within this time a call that cannot be is over on both sides. */
const AT_ONCE_MS = 3000;

const served = serve({ accounts: 'alice:alice-secret,desk:desk-secret' });
let phones: Baresip[] = [];

async function deskPhone(options: Partial<BaresipOptions>): Promise<Baresip> {
  const { domain, sip } = served.gateway;
  const phone = await Baresip.start({
    user: 'desk',
    password: 'desk-secret',
    domain,
    proxy: sip,
    media: 'dtls',
    address: address ?? '127.0.0.1',
    index: phones.length,
    ...options,
  });
  phones.push(phone);
  await expect.poll(() => phone.registrations).toBe(1);
  return phone;
}

async function signIn(alice: Phone): Promise<void> {
  const { url, domain } = served.gateway;
  await alice.signInByHand(url, { address: `alice@${domain}`, password: 'alice-secret' });
}

test.afterEach(async () => {
  await Promise.all(phones.map((phone) => phone.stop()));
  phones = [];
});

test.describe('a desk phone that speaks what browsers speak', () => {
  test.skip(address === undefined, 'needs an address outside 127/8: run as root, in a network namespace');

  test('is called from the browser: tones both ways, digits as events', async ({ parties }) => {
    const desk = await deskPhone({});
    const alice = await parties.phone(ALICE);
    await signIn(alice);
    await alice.callPerson('Desk');
    await alice.expectCall('Desk', 'Connected');
    await expectTone(alice, DESK);
    await expect.poll(() => toneSeconds(desk.heard(), ALICE), { timeout: 15_000 }).toBeGreaterThanOrEqual(3);
    await alice.sendDigits('42#');
    await expect.poll(() => desk.digits).toBe('42#');
    await alice.press('Hang up');
    await alice.expectEnded('Call ended');
    await expect.poll(() => desk.saw('CALL_CLOSED')).toBe(true);
  });

  test('calls the browser: tones both ways, and hangs up', async ({ parties }) => {
    const desk = await deskPhone({ codec: 'opus' });
    const alice = await parties.phone(ALICE);
    await signIn(alice);
    desk.dial(`sip:alice@${served.gateway.domain}`);
    await alice.answer('Desk');
    await alice.expectCall('Desk', 'Connected');
    await expectTone(alice, DESK);
    await expect.poll(() => toneSeconds(desk.heard(), ALICE), { timeout: 15_000 }).toBeGreaterThanOrEqual(3);
    desk.hangUp();
    await alice.expectEnded('Desk hung up');
  });
});

test.describe('a desk phone that speaks plain RTP', () => {
  test('called from the browser, ends at once on both sides', async ({ parties }) => {
    const desk = await deskPhone({ media: 'plain' });
    const alice = await parties.phone(ALICE);
    await signIn(alice);
    await alice.dial('desk');
    const dialled = Date.now();
    await Promise.all([
      expect(alice.ended.getByRole('heading')).toHaveText('No common audio format', { timeout: AT_ONCE_MS }),
      expect.poll(() => desk.saw('CALL_CLOSED'), { timeout: AT_ONCE_MS }).toBe(true),
    ]);
    expect(Date.now() - dialled).toBeLessThanOrEqual(AT_ONCE_MS);
    await expect(
      alice.ended.getByText('Desk’s phone cannot speak with a browser directly.', { exact: true }),
    ).toBeVisible();
    await alice.expectDetails('488');
    expect(desk.saw('CALL_ESTABLISHED')).toBe(false);
  });

  test('calling the browser, ends at once on both sides', async ({ parties }) => {
    const desk = await deskPhone({ media: 'plain' });
    const alice = await parties.phone(ALICE);
    await signIn(alice);
    await alice.go('Calls');
    const entry = alice.page.getByRole('list', { name: 'Recent calls' }).getByRole('link', { name: /Desk/ });
    desk.dial(`sip:alice@${served.gateway.domain}`);
    const dialled = Date.now();
    await Promise.all([
      expect
        .poll(() => desk.events.find(({ type }) => type === 'CALL_CLOSED')?.param, { timeout: AT_ONCE_MS })
        .toMatch(/^488/),
      expect(entry).toBeVisible({ timeout: AT_ONCE_MS }),
    ]);
    expect(Date.now() - dialled).toBeLessThanOrEqual(AT_ONCE_MS);
    await expect(alice.incoming('Desk')).toBeHidden();
    expect(desk.saw('CALL_ESTABLISHED')).toBe(false);
    await entry.click();
    await expect(alice.page.getByRole('main').getByText('No common audio format', { exact: true })).toBeVisible();
    await alice.button('Details').click();
    await expect(alice.page.getByRole('main').getByText('488', { exact: true })).toBeVisible();
  });
});
