import { parseMessage, validate } from '@ringback/sip';

const size = 65_000;
const fill = (text: string) => text.repeat(Math.ceil(size / text.length)).slice(0, size);
const head =
  'OPTIONS sip:a@example.com SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\n';
const line = (name: string, text: string) => `${head}${name}: ${text}\r\n\r\n`;
/** A header whose lines each keep below the limit of a line. */
const lines = (name: string, text: string) =>
  `${head}${Array.from({ length: 8 }, () => `${name}: ${text.repeat(Math.ceil(8000 / text.length)).slice(0, 8000)}`).join('\r\n')}\r\n\r\n`;

/** Messages of 64 KB that make a careless reader slow. */
export const hostile: Readonly<Record<string, string>> = Object.fromEntries([
  ...['(', ',', ';', '\\', '<', '"', '%', '%41', ':', '@', '=', ' ', '\r\n ', ';a=b', ',<sip:a@b>', '"a",'].flatMap(
    (text) => [
      [`one header of ${JSON.stringify(text)}`, line('Contact', fill(text))],
      [`eight Contacts of ${JSON.stringify(text)}`, lines('Contact', text)],
      [`eight Routes of ${JSON.stringify(text)}`, lines('Route', text)],
      [`Request-URI of ${JSON.stringify(text)}`, `OPTIONS sip:${fill(text).replaceAll(/\s/g, '')}@h SIP/2.0\r\n\r\n`],
    ],
  ),
  ['ten thousand Vias in one header', `${head}Via: ${Array(4000).fill('SIP/2.0/UDP h').join(',')}\r\n\r\n`],
  ['empty lines', fill('\r\n')],
  ['lone LFs', fill('a:b\n')],
  ['lone CRs', line('X', fill('\r'))],
  ['lines without end', fill('X: y')],
  ['colons', fill(':\r\n')],
  ['five thousand headers', `${head}${fill('X: y\r\n')}\r\n`],
  ['a body of 64 KB', `${head}Content-Type: multipart/mixed;boundary=b\r\n\r\n${fill('--b\r\n\r\n')}`],
]);

/** The slowest of them, milliseconds: the best of several tries, since a busy machine only adds. */
export function worst(): { readonly name: string; readonly milliseconds: number } {
  let found = { name: '', milliseconds: 0 };
  for (const [name, text] of Object.entries(hostile)) {
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 7; i++) {
      const bytes = new Uint8Array(Buffer.from(text, 'latin1'));
      const start = performance.now();
      const parsed = parseMessage(bytes);
      if (parsed.ok) {
        validate(parsed.value);
        void [parsed.value.contacts, parsed.value.routes, parsed.value.vias];
      }
      best = Math.min(best, performance.now() - start);
    }
    if (best > found.milliseconds) found = { name, milliseconds: best };
  }
  return found;
}
