import { Baresip } from './harness/baresip.ts';
import { Gateway } from './harness/gateway.ts';
import { Kamailio } from './harness/kamailio.ts';
import { expectTalking, expectTone } from './harness/phone.ts';
import { address, ports } from './harness/ports.ts';
import { servePhone } from './harness/static-phone.ts';
import { Tap } from './harness/tap.ts';
import { expect, test } from './harness/test.ts';
import { toneSeconds } from './harness/tones.ts';

const CAROL = 350;
const DAVE = 550;

/** The desk phone's recording of its last call holds what the browser hummed. */
async function expectRecorded(desk: Baresip): Promise<void> {
  await expect.poll(() => toneSeconds(desk.heard(), CAROL), { timeout: 15_000 }).toBeGreaterThanOrEqual(3);
}

const contacts = (location: string): number => location.match(/^\s*Contact: *\{/gm)?.length ?? 0;

let kamailio: Kamailio;
test.beforeAll(async () => {
  kamailio = await Kamailio.start();
});
test.afterAll(async () => kamailio.stop());

test.describe('the gateway in front of a PBX', () => {
  let gateway: Gateway;
  let tap: Tap;
  test.beforeAll(async () => {
    gateway = await Gateway.start({ flags: ['--upstream', `sip:${kamailio.sip}`, '--domain', kamailio.domain] });
    tap = await Tap.start(ports.tap, ports.http);
  });
  test.afterAll(async () => {
    await tap.stop();
    await gateway.stop();
  });

  test('two browsers register there and talk; the PBX knows the way back', async ({ parties }) => {
    const [carol, dave] = [await parties.phone(CAROL), await parties.phone(DAVE)];
    await Promise.all([
      carol.signInByHand(gateway.url, { address: 'carol@pbx.test', password: 'carol-secret' }),
      dave.signInByHand(gateway.url, { address: 'dave@pbx.test', password: 'dave-secret' }),
    ]);
    const location = await kamailio.location();
    expect(location.match(new RegExp(`Path: <sip:[^>]*127\\.0\\.0\\.1:${ports.sip}[^>]*;lr`, 'g'))).toHaveLength(2);
    await carol.dial('dave');
    await dave.answer('carol');
    await expectTalking(carol, CAROL, dave, DAVE);
    await dave.press('Hold');
    await carol.expectCall('dave', /put you on hold/);
    await dave.press('Resume');
    await expectTone(carol, DAVE, 1);
    await dave.press('Hang up');
    await carol.expectEnded('dave hung up');
  });

  test('a browser calls a desk phone of the PBX, and is called by it', async ({ parties }) => {
    test.skip(address === undefined, 'needs an address outside 127/8: run as root, in a network namespace');
    const desk = await Baresip.start({
      user: 'desk',
      password: 'desk-secret',
      domain: kamailio.domain,
      proxy: kamailio.sip,
      media: 'dtls',
      address: address ?? '',
      index: 0,
    });
    try {
      await expect.poll(() => desk.registrations).toBe(1);
      const carol = await parties.phone(CAROL);
      await carol.signInByHand(gateway.url, { address: 'carol@pbx.test', password: 'carol-secret' });
      await carol.dial('desk');
      await expectTone(carol, 440);
      await expectRecorded(desk);
      await carol.press('Hang up');
      await expect.poll(() => desk.saw('CALL_CLOSED')).toBe(true);
      desk.dial('sip:carol@pbx.test');
      await carol.answer('desk');
      await carol.audio.forget();
      await expectTone(carol, 440);
      await expectRecorded(desk);
      desk.hangUp();
      await carol.expectEnded('desk hung up');
    } finally {
      await desk.stop();
    }
  });

  test('a wrong password is refused by the PBX and said at the password field', async ({ parties }) => {
    const carol = await parties.phone(CAROL);
    await carol.page.goto(gateway.url);
    const [before, bound] = [await kamailio.challenges(), contacts(await kamailio.location())];
    await carol.fillSignIn({ address: 'carol@pbx.test', password: 'wrong' });
    await expect(carol.page.getByText('Wrong username or password')).toBeVisible();

    const registers = tap.captured.filter(
      ({ text, method }) => method === 'REGISTER' && text.includes('carol@pbx.test'),
    );
    const callId = registers.at(-1)?.callId ?? '';
    const wire = tap.ofCall(callId);
    const refusals = wire.filter(({ direction }) => direction === 'out');
    const [first, second] = refusals.map(({ text }) => /nonce="([^"]+)"/.exec(text)?.[1]);
    // The PBX never says `stale`, and its nonce is new in every second: a new one is tried once more, the same one believed.
    const exchange = ['REGISTER', '401'];
    expect(wire.map(({ startLine }) => /^SIP\/2\.0 (\d+)|^(\S+)/.exec(startLine)?.slice(1).join(''))).toEqual([
      ...exchange,
      ...exchange,
      ...(first === second ? [] : exchange),
    ]);
    const [asked, ...answered] = wire.filter(({ direction }) => direction === 'in');
    expect(asked?.text).not.toMatch(/^Authorization:/im);
    for (const { text } of answered) expect(text).toMatch(/^Authorization: Digest .*realm="pbx\.test"/im);
    for (const { text } of refusals) expect(text).toMatch(/^WWW-Authenticate: Digest realm="pbx\.test"/im);
    expect(await kamailio.challenges(), 'sent by the PBX itself').toBe(before + refusals.length);
    const location = await kamailio.location();
    expect(location).not.toContain(callId);
    expect(contacts(location)).toBeLessThanOrEqual(bound);
  });
});

test('the phone alone, at the WebSocket of a PBX, without our gateway', async ({ parties }) => {
  const pages = await servePhone(ports.pages);
  const tap = await Tap.start(ports.kamailioTap, ports.kamailioWeb);
  try {
    const [carol, dave] = [await parties.phone(CAROL), await parties.phone(DAVE)];
    const server = kamailio.ws;
    await Promise.all([
      carol.signInByHand(pages.url, { address: 'carol@pbx.test', password: 'carol-secret', server }),
      dave.signInByHand(pages.url, { address: 'dave@pbx.test', password: 'dave-secret', server }),
    ]);
    await carol.dial('dave');
    await dave.answer('carol');
    await expectTalking(carol, CAROL, dave, DAVE);
    await carol.press('Hang up');
    await dave.expectEnded('carol hung up');
    await dave.dial('sip:carol@pbx.test');
    await carol.answer('dave');
    await carol.expectCall('dave', 'Connected');
    await expectTalking(carol, CAROL, dave, DAVE);
    await carol.press('Hang up');
    await dave.expectEnded('carol hung up');
  } finally {
    await tap.stop();
    pages.stop();
  }
});
