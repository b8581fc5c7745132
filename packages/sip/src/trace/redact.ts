const REMOVED = '(removed)';

/** Digest parameters that tell a reader something and help nobody to log in. */
const SHOWN = new Set([
  'username',
  'username*',
  'userhash',
  'realm',
  'uri',
  'algorithm',
  'qop',
  'nc',
  'stale',
  'domain',
  'charset',
]);

/**
 * A message as it may be shown: credentials, nonces, media keys, flow tokens and what logs in by a URI are replaced, everything
 * else stays as it was on the wire (§22.4; RFC 8839 §5.4, RFC 4568 §8). Works on the text, line by line, so that it does so for a
 * message that is malformed, too.
 */
export function redact(text: string): string {
  const end = text.search(/\r?\n\r?\n/);
  const head = end < 0 ? text : text.slice(0, end);
  const body = end < 0 ? '' : text.slice(end);
  return head.replace(HEADER, redactHeader).replace(IN_URI, `$1${REMOVED}`) + body.replace(MEDIA_KEY, `$1${REMOVED}`);
}

/** One header with its folded lines (§7.3.1). */
const HEADER = /^([A-Za-z0-9\-.!%*_+`'~]+)([ \t]*:[ \t]*)(.*(?:\r?\n[ \t].*)*)/gm;
const IN_URI = /([;?&](?:token|access_token|password)=)[^;?&>\s]*/gi;
const MEDIA_KEY = /^(a=(?:ice-pwd|crypto|key-mgmt):|k=)[^\r\n]*/gim;

function redactHeader(header: string, name: string, colon: string, value: string): string {
  switch (name.toLowerCase()) {
    case 'authorization':
    case 'proxy-authorization':
    case 'www-authenticate':
    case 'proxy-authenticate':
    case 'authentication-info':
    case 'proxy-authentication-info':
      return name + colon + redactParameters(value);
    case 'route':
    case 'record-route':
    case 'path':
    case 'service-route':
      return name + colon + value.replace(FLOW_TOKEN, `$1${REMOVED}@`);
    default:
      return header;
  }
}

const FLOW_TOKEN = /(sips?:)[^@>;,\s]{16,}@/gi;
const PARAMETER = /([A-Za-z0-9_*-]+)(\s*=\s*)("(?:[^"\\]|\\.)*"|[^\s",;]+)/g;

function redactParameters(value: string): string {
  const scheme = /^\s*([A-Za-z-]+)\s+(?=\S+\s*=)/.exec(value)?.[1]?.toLowerCase();
  const isParameters = scheme === undefined ? /^\s*[A-Za-z0-9_-]+\s*=/.test(value) : scheme === 'digest';
  if (!isParameters) return `${/^\s*[A-Za-z-]+(?=\s)/.exec(value)?.[0] ?? ''} ${REMOVED}`.trim();
  return value.replace(PARAMETER, (parameter: string, name: string, equals: string, content: string) => {
    if (SHOWN.has(name.toLowerCase())) return parameter;
    return name + equals + (content.startsWith('"') ? `"${REMOVED}"` : REMOVED);
  });
}
