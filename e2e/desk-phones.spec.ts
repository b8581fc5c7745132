import { Baresip, type BaresipOptions } from './harness/baresip.ts';
import { expectTone, type Phone } from './harness/phone.ts';
import { address } from './harness/ports.ts';
import { expect, serve, test } from './harness/test.ts';
import { toneSeconds } from './harness/tones.ts';

const ALICE = 350;
const DESK = 440;

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
    await alice.expectEnded('No common audio format');
    await alice.expectDetails('488');
    expect(desk.saw('CALL_ESTABLISHED')).toBe(false);
  });

  test('calling the browser, ends at once on both sides', async ({ parties }) => {
    const desk = await deskPhone({ media: 'plain' });
    const alice = await parties.phone(ALICE);
    await signIn(alice);
    desk.dial(`sip:alice@${served.gateway.domain}`);
    await expect.poll(() => desk.events.find(({ type }) => type === 'CALL_CLOSED')?.param).toMatch(/^488/);
    await expect.poll(async () => (await alice.history())[0]).toMatch(/Desk/);
    await expect(alice.incoming('Desk')).toBeHidden();
  });
});
