import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import { build } from 'vite';
import type { Client, ClientLogin } from '../clients/client.ts';
import { PageAudio } from './page-audio.ts';
import { ports, scratch } from './ports.ts';

export const clientNames = ['jssip', 'sipjs'] as const;
export type ClientName = (typeof clientNames)[number];

/** Pages with other SIP clients in them, built once and served on an origin of their own. */
export async function serveClients(): Promise<{ readonly origin: string; stop(): void }> {
  const outDir = scratch('clients');
  for (const name of clientNames) {
    await build({
      configFile: false,
      logLevel: 'error',
      // JsSIP's `debug` asks for `process`.
      define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
      build: {
        outDir,
        emptyOutDir: false,
        minify: false,
        lib: {
          entry: join(import.meta.dirname, `../clients/${name}.ts`),
          formats: ['iife'],
          name,
          fileName: () => `${name}.js`,
        },
      },
    });
  }
  const server = createServer((request, response) => {
    const name = clientNames.find((one) => request.url === `/${one}.js`);
    if (name === undefined)
      response.setHeader('content-type', 'text/html').end('<!doctype html><meta charset=utf-8><title>client</title>');
    else
      response
        .setHeader('content-type', 'text/javascript; charset=utf-8')
        .end(readFileSync(join(outDir, `${name}.js`)));
  });
  await new Promise<void>((done) => server.listen(ports.pages, '127.0.0.1', done));
  return { origin: `http://127.0.0.1:${ports.pages}`, stop: () => server.close() };
}

/** Another SIP client, in a page that serves nothing else. */
export class ClientPage {
  readonly audio: PageAudio;
  readonly #page: Page;

  private constructor(page: Page, audio: PageAudio) {
    this.#page = page;
    this.audio = audio;
  }

  static async open(page: Page, origin: string, name: ClientName, login: ClientLogin, hz: number): Promise<ClientPage> {
    const audio = await PageAudio.install(page, hz);
    page.on('pageerror', (error) => console.error(name, error));
    await page.goto(origin);
    // A page somebody has touched may play sound.
    await page.mouse.click(5, 5);
    await page.evaluate((given) => {
      window.login = given;
    }, login);
    await page.addScriptTag({ url: `/${name}.js` });
    const client = new ClientPage(page, audio);
    await page.evaluate(() => window.client.register());
    return client;
  }

  call(target: string): Promise<void> {
    return this.#page.evaluate((to) => window.client.call(to), target);
  }

  hold(on: boolean): Promise<void> {
    return this.#page.evaluate((wanted) => window.client.hold(wanted), on);
  }

  hangUp(): Promise<void> {
    return this.#page.evaluate(() => window.client.hangUp());
  }

  async expectState(state: ReturnType<Client['state']>): Promise<void> {
    await expect.poll(() => this.#page.evaluate(() => window.client.state())).toBe(state);
  }
}
