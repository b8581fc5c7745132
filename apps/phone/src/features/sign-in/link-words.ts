import type { Redeemed } from './gateway-api.ts';

type LinkError = Extract<Redeemed, { ok: false }>['error'];

/** Why a sign-in link did not work, and what to do about it. */
export function linkWords(error: LinkError): { readonly headline: string; readonly hint: string } {
  switch (error) {
    case 'used':
      return {
        headline: 'This link has been used already',
        hint: 'Each link signs in one device, once. Ask for a new one.',
      };
    case 'expired':
      return { headline: 'This link is too old', hint: 'Links work for 24 hours. Ask for a new one.' };
    case 'unknown':
      return {
        headline: 'This link is not valid',
        hint: 'It may be incomplete, or the server was started again since. Ask for a new one.',
      };
    case 'offline':
      return {
        headline: 'The server did not answer',
        hint: 'Check that it is running, then try again. The link is still good.',
      };
  }
}
