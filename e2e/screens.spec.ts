import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, serve, test } from './harness/test.ts';

const served = serve({
  accounts: 'alice:alice-secret,bob:bob-secret,Zoë van Dam:zoe-secret,Layla Haddad:layla-secret',
});

async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa']).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
}

test('every main screen can be used without seeing or with a keyboard, dark and light', async ({ parties }) => {
  const { url, domain } = served.gateway;
  const [alice, bob] = [await parties.phone(350), await parties.phone(550)];
  await alice.page.goto(url);
  await expect(alice.field('SIP address')).toBeVisible();
  await expectAccessible(alice.page);
  await alice.fillSignIn({ address: `alice@${domain}`, password: 'alice-secret' });
  await alice.online();
  await bob.signInByHand(url, { address: `bob@${domain}`, password: 'bob-secret' });

  await bob.dial('alice');
  await expect(alice.incoming('Bob')).toBeVisible();
  await expectAccessible(alice.page);
  await alice.answer('Bob');
  await alice.expectCall('Bob', 'Connected');
  await alice.openLadder();
  await expect(alice.ladder.locator('[data-arrow="ACK"]').last()).toBeVisible();
  await alice.go('People');
  for (const colorScheme of ['dark', 'light'] as const) {
    await alice.page.emulateMedia({ colorScheme });
    await expectAccessible(alice.page);
  }
  // The picture of the README.
  if (process.env['RINGBACK_SCREENSHOT'] !== undefined) {
    await alice.page.screenshot({ path: join(import.meta.dirname, '../docs/screenshot.png') });
  }

  await alice.page.setViewportSize({ width: 390, height: 844 });
  await expectAccessible(alice.page);
  await alice.page.setViewportSize({ width: 1280, height: 800 });
  await alice.ladder.getByRole('button', { name: 'Close' }).click();
  await bob.press('Hang up');
  await alice.expectEnded('Bob hung up');
  for (const place of ['Keypad', 'Calls', 'People'] as const) {
    await alice.go(place);
    await expectAccessible(alice.page);
  }
});
