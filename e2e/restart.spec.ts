import { setTimeout as after } from 'node:timers/promises';
import { Baresip } from './harness/baresip.ts';
import { Gateway } from './harness/gateway.ts';
import { expectTone } from './harness/phone.ts';
import { address, ports } from './harness/ports.ts';
import { Tap } from './harness/tap.ts';
import { expect, test } from './harness/test.ts';

const accounts = 'alice:alice-secret,desk:desk-secret';

for (const seconds of [1, 5]) {
  test(`killed and started again after ${seconds} s: phones are back within 2 s, desk phones still reachable`, async ({
    parties,
  }) => {
    let gateway = await Gateway.start({ accounts });
    const tap = await Tap.start(ports.tap, ports.http);
    const desk = await Baresip.start({
      user: 'desk',
      password: 'desk-secret',
      domain: gateway.domain,
      proxy: gateway.sip,
      media: address === undefined ? 'plain' : 'dtls',
      address: address ?? '127.0.0.1',
      index: 0,
    });
    try {
      await expect.poll(() => desk.registrations).toBe(1);
      const alice = await parties.phone(350);
      await alice.signInByHand(gateway.url, { address: `alice@${gateway.domain}`, password: 'alice-secret' });
      // A binding is on disk a moment after its 200: batches are written off the answer's path.
      await expect.poll(async () => (await gateway.health()).counts['unwritten']).toBe(0);

      await gateway.kill();
      await expect(alice.page.getByRole('status').filter({ hasText: /^Online$/ })).toBeHidden();
      // The outage itself, not a wait for something to happen.
      await after(seconds * 1000);
      gateway = await Gateway.start({ accounts, data: gateway.data });
      const up = Date.now();
      await expect
        .poll(
          () =>
            tap.captured.some(
              ({ at, method, startLine }) =>
                at > up - 500 && method === 'REGISTER' && startLine.startsWith('SIP/2.0 200'),
            ),
          {
            intervals: [20],
            timeout: 10_000,
          },
        )
        .toBe(true);
      expect(Date.now() - up, 'milliseconds until the phone was registered again').toBeLessThanOrEqual(2000);
      await alice.online();

      expect(desk.registrations, 'the desk phone knows of nothing').toBe(1);
      await alice.dial('desk');
      if (address === undefined) await alice.expectEnded('No common audio format');
      else {
        await expectTone(alice, 440, 1);
        await alice.press('Hang up');
        await expect.poll(() => desk.saw('CALL_CLOSED')).toBe(true);
      }
    } finally {
      await desk.stop();
      await tap.stop();
      await gateway.stop();
    }
  });
}
