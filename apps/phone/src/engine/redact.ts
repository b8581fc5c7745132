/**
 * What of a message may be shown: everything but what opens a door. Credentials, nonces and ICE passwords are replaced,
 * names, realms and algorithms stay, for they explain what happens.
 */
export function redact(message: string): string {
  return message
    .replace(
      /^((?:Proxy-)?Authorization|(?:WWW|Proxy)-Authenticate|Authentication-Info)([ \t]*:)(.*(?:\r?\n[ \t].*)*)/gim,
      hide,
    )
    .replace(/^(a=ice-pwd:).*$/gim, `$1${HIDDEN}`)
    .replace(/^(a=crypto:\S+ \S+ ).*$/gim, `$1${HIDDEN}`)
    .replace(/([;?&](?:token|access_token|password)=)[^;?&>\s]*/gi, `$1${HIDDEN}`);
}

const HIDDEN = '(removed)';

function hide(_line: string, name: string, colon: string, value: string): string {
  // Of an unknown scheme nothing can be told apart (a Bearer token is its whole value).
  if (!/^\s*Digest\s/i.test(value)) return `${name}${colon} ${HIDDEN}`;
  const shown = value.replace(SECRET_PARAMETER, (_all, start: string) => `${start}"${HIDDEN}"`);
  return `${name}${colon}${shown}`;
}

const SECRET_PARAMETER =
  /\b((?:response|nonce|cnonce|nextnonce|opaque|rspauth|auth-int)\s*=\s*)(?:"(?:[^"\\]|\\.)*"|[^\s,"]+)/gi;
