import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sirv from 'sirv';
import { type Route, sendText } from './exchange.ts';
import { sendPage } from './security-headers.ts';

/** What a person is told, in the browser and in the terminal, where there is no phone to serve. */
export const NOT_BUILT = 'the phone is not built: run npm run build';

export function isBuilt(folder: string): boolean {
  return existsSync(join(folder, 'index.html'));
}

/** The built phone. Files under `/assets/` carry a hash of their content in the name; the rest is asked for again each time. */
export function staticFiles(folder: string): Route {
  const index = join(folder, 'index.html');
  const serve = sirv(folder, {
    // Looks at the disk each time: a rebuilt phone is served without a restart.
    dev: true,
    setHeaders: (response, path) => {
      const hashed = path.startsWith('/assets/');
      response.setHeader('Cache-Control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  return ({ request, response, url }) => {
    const notFound = (): void => sendText(response, 404, 'text/plain; charset=utf-8', 'Not found.\n');
    if (!isBuilt(folder)) sendText(response, 503, 'text/plain; charset=utf-8', `${NOT_BUILT}\n`);
    else if (url.pathname.includes('/.')) notFound();
    else if (url.pathname === '/' || url.pathname === '/index.html') sendPage(response, withNonce(index));
    else serve(request, response, notFound);
  };
}

/** The widgets look for the nonce of their styles in this element; what `nonce` says no script of another site can read. */
function withNonce(file: string): (nonce: string) => string {
  const html = readFileSync(file, 'utf8');
  return (nonce) => html.replace('<head>', `<head><meta name="csp-nonce" nonce="${nonce}">`);
}
