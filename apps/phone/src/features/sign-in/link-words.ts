import type { Redeemed } from './gateway-api.ts';

type LinkError = Extract<Redeemed, { ok: false }>['error'];

export interface LinkWords {
  readonly headline: string;
  readonly hint: string;
  /** No second try can succeed: only another link, or another way in. */
  readonly over: boolean;
}

/** Why a sign-in link did not work, and what to do about it. */
export function linkWords(error: LinkError): LinkWords {
  switch (error) {
    case 'used':
      return {
        headline: 'This link has been used already',
        hint: 'Each link signs in one device, once. Ask for a new one.',
        over: true,
      };
    case 'expired':
      return { headline: 'This link is too old', hint: 'Links work for 24 hours. Ask for a new one.', over: true };
    case 'unknown':
      return {
        headline: 'This link is not valid',
        hint: 'It may be incomplete, or the server was started again since. Ask for a new one.',
        over: true,
      };
    case 'offline':
      return {
        headline: 'The server did not answer',
        hint: 'Check that it is running, then try again. The link is still good.',
        over: false,
      };
  }
}
