import { writeFileSync } from 'node:fs';
import { type Browser, type BrowserContext, test as base, chromium, expect } from '@playwright/test';
import { Gateway, type GatewayOptions } from './gateway.ts';
import { Phone } from './phone.ts';
import { ports } from './ports.ts';
import { Tap } from './tap.ts';

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

export interface Parties {
  /** A browser of its own (own storage, own engine) with one tab. */
  phone(hz: number): Promise<Phone>;
  /** Another tab of a browser. */
  tab(beside: Phone, hz: number): Promise<Phone>;
  /** A page of the same browser that is no phone of ours. */
  context(): Promise<BrowserContext>;
}

export const test = base.extend<{ parties: Parties }, { browser: Browser }>({
  browser: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures a function needs from its pattern.
    async ({}, use) => {
      const browser = await chromium.launch({ executablePath, args, chromiumSandbox: false });
      await use(browser);
      await browser.close();
    },
    { scope: 'worker' },
  ],
  parties: async ({ browser }, use, info) => {
    const contexts: BrowserContext[] = [];
    const phones: Phone[] = [];
    const context = async (): Promise<BrowserContext> => {
      const made = await browser.newContext({ viewport: { width: 1280, height: 800 } });
      contexts.push(made);
      return made;
    };
    const open = async (inside: BrowserContext, hz: number): Promise<Phone> => {
      const phone = await Phone.open(await inside.newPage(), hz);
      phones.push(phone);
      return phone;
    };
    await use({
      context,
      phone: async (hz) => open(await context(), hz),
      tab: (beside, hz) => open(beside.page.context(), hz),
    });
    if (info.status !== info.expectedStatus)
      await Promise.all(phones.map((phone, at) => keep(phone, info.outputPath(String(at)))));
    await Promise.all(contexts.map((one) => one.close()));
    expect(phones.flatMap(({ errors }) => errors)).toEqual([]);
  },
});

/** What a person would have seen when a test failed. */
async function keep({ page, errors }: Phone, path: string): Promise<void> {
  if (page.isClosed()) return;
  await page.screenshot({ path: `${path}.png` });
  writeFileSync(`${path}.txt`, `${page.url()}\n${errors.join('\n')}\n${await page.locator('body').ariaSnapshot()}`);
}

export interface Served {
  readonly gateway: Gateway;
  readonly tap: Tap;
}

/** One gateway, with a tap in front of it, for all tests of a file. */
export function serve(options: GatewayOptions): Served {
  let gateway: Gateway | undefined;
  let tap: Tap | undefined;
  test.beforeAll(async () => {
    gateway = await Gateway.start(options);
    tap = await Tap.start(ports.tap, ports.http);
  });
  test.afterEach(async () => {
    const info = test.info();
    if (info.status === info.expectedStatus) return;
    const wire = tap?.captured.map(
      ({ at, connection, direction, text }) => `${at} ${connection} ${direction}\n${text}`,
    );
    writeFileSync(info.outputPath('wire.txt'), wire?.join('\n') ?? '');
    writeFileSync(info.outputPath('gateway.txt'), gateway?.output ?? '');
  });
  test.afterAll(async () => {
    await tap?.stop();
    await gateway?.stop();
  });
  return {
    get gateway() {
      if (gateway === undefined) throw new Error('the gateway runs inside of tests only');
      return gateway;
    },
    get tap() {
      if (tap === undefined) throw new Error('the tap exists inside of tests only');
      return tap;
    },
  };
}

export { expect };
