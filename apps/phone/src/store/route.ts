/** Where this tab is, as the fragment of its address: `#/people/person/sip%3Abob%40x`. The way back is the browser's. */

export type Page = 'keypad' | 'calls' | 'people';

export type Selection =
  | { readonly kind: 'person'; readonly id: string }
  | { readonly kind: 'contact'; readonly id: string }
  | { readonly kind: 'edit'; readonly id: string }
  | { readonly kind: 'new'; readonly id: string }
  | { readonly kind: 'recent'; readonly id: string };

export interface Route {
  readonly page: Page;
  readonly selection?: Selection;
}

const PAGES: readonly Page[] = ['keypad', 'calls', 'people'];
const KINDS: readonly Selection['kind'][] = ['person', 'contact', 'edit', 'new', 'recent'];

export function parseRoute(hash: string): Route {
  const [, pageText = '', kindText = '', idText = ''] = hash.replace(/^#/, '').split('/');
  const page = PAGES.find((one) => one === pageText) ?? 'keypad';
  const kind = KINDS.find((one) => one === kindText);
  if (kind === undefined) return { page };
  try {
    return { page, selection: { kind, id: decodeURIComponent(idText) } };
  } catch {
    return { page };
  }
}

export function printRoute({ page, selection }: Route): string {
  return selection === undefined ? `#/${page}` : `#/${page}/${selection.kind}/${encodeURIComponent(selection.id)}`;
}

/** What a link brought along in the fragment: a one-time sign-in token, or only the domain to sign in at. */
export interface Invitation {
  readonly token?: string;
  readonly domain?: string;
}

export function parseInvitation(hash: string): Invitation | undefined {
  const params = new URLSearchParams(hash.replace(/^#/, ''));
  const [token, domain] = [params.get('t'), params.get('d')];
  if (token !== null && token !== '') return { token };
  return domain === null || domain === '' ? undefined : { domain };
}
