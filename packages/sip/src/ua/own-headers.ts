import type { Core } from './core.ts';

/** `Allow` and `Supported`: what we can do. */
export function abilities(core: Core): [string, string][] {
  return [
    ['Allow', [...core.methods.keys()].join(', ')],
    ['Supported', [...core.extensions].join(', ')],
  ];
}

/** What INVITEs, UPDATEs and their 2xx carry to tell who we are and what we can do (§13.2.1). */
export function ownHeaders(core: Core, hidden?: boolean): [string, string][] {
  return [['Contact', core.contact(hidden)], ...abilities(core), ['Accept', 'application/sdp']];
}

/** `User-Agent` of a request. */
export function product(core: Core): [string, string][] {
  const { userAgent } = core.options;
  return userAgent === undefined ? [] : [['User-Agent', userAgent]];
}
