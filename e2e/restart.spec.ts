import { setTimeout as after } from 'node:timers/promises';
import { Baresip } from './harness/baresip.ts';
import { Gateway } from './harness/gateway.ts';
import { expectTone } from './harness/phone.ts';
import { address, ports } from './harness/ports.ts';
import { Tap } from './harness/tap.ts';
import { expect, test } from './harness/test.ts';

const accounts = 'alice:alice-secret,bob:bob-secret,desk:desk-secret';

for (const seconds of [1, 5]) {
  test(`killed and started again after ${seconds} s: phones are back at their next try, desk phones still reachable`, async ({
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
      const bob = await parties.phone(550);
      const { url, domain } = gateway;
      await Promise.all([
        alice.signInByHand(url, { address: `alice@${domain}`, password: 'alice-secret' }),
        bob.signInByHand(url, { address: `bob@${domain}`, password: 'bob-secret' }),
      ]);
      // Off the answer's path, in batches: a moment after its 200 the desk phone's is on disk. A browser's dies with its
      // connection anyway.
      await expect.poll(() => gateway.bindingsOnDisk()).toBe(1);

      await gateway.kill();
      await Promise.all([alice, bob].map(({ status }) => expect(status).not.toContainText('Online')));
      // The outage itself, not a wait for something to happen.
      await after(seconds * 1000);
      const seen = tap.captured.length;
      gateway = await Gateway.start({ accounts, data: gateway.data });
      const opened = tap.opened.length;
      // Only the new process can have said these.
      const registered = () =>
        tap.captured.slice(seen).filter(({ method, startLine }) => {
          return method === 'REGISTER' && startLine.startsWith('SIP/2.0 200');
        });
      await expect.poll(registered).toHaveLength(2);
      const [one, other] = registered();
      expect(one?.connection, 'each on a connection of its own').not.toBe(other?.connection);
      // A try that was under way when the gateway came up may have been the one. That the next is at most 2 s away is shown
      // in virtual time.
      expect(tap.opened.slice(opened).length, 'tries of the two, once it was up').toBeLessThanOrEqual(2);
      await Promise.all([alice.online(), bob.online()]);

      expect(desk.registrations, 'the desk phone knows of nothing').toBe(1);
      await alice.dial('desk');
      if (address === undefined) await alice.expectEnded('No common audio format');
      else {
        await alice.expectCall('desk', 'Connected');
        await expect.poll(() => desk.saw('CALL_ESTABLISHED')).toBe(true);
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
