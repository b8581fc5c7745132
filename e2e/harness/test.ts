import { type Browser, test as base, chromium, expect } from '@playwright/test';
import { ports } from './ports.ts';

const executablePath = process.env['RINGBACK_CHROMIUM'] ?? '/usr/bin/chromium';

const args = [
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Grants the microphone, which also makes host candidates plain addresses instead of .local names.
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
  // Whoever opens the gateway or the PBX is led through the tap in front of it, without knowing.
  `--host-resolver-rules=MAP 127.0.0.1:${ports.http} 127.0.0.1:${ports.tap}, MAP 127.0.0.1:${ports.kamailioWeb} 127.0.0.1:${ports.kamailioTap}`,
];

/** One Chromium per worker; each party is a context of its own. */
export const test = base.extend<object, { browser: Browser }>({
  browser: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures a function needs from its pattern.
    async ({}, use) => {
      const browser = await chromium.launch({ executablePath, args, chromiumSandbox: false });
      await use(browser);
      await browser.close();
    },
    { scope: 'worker' },
  ],
});

export { expect };
