import type { IncomingMessage } from 'node:http';

const NAME = 'ringback';
/** As long as browsers keep one; the session itself ends earlier (see `SESSION_LIFETIME_MS`). */
const MAX_AGE_S = 400 * 24 * 60 * 60;

/** The session cookie of a request, if it has one. */
export function readCookie(request: IncomingMessage): string | undefined {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [name, value] = pair.split('=', 2);
    if (name?.trim() === NAME && value !== undefined) return value.trim();
  }
  return undefined;
}

/** No script reads it, no other site sends it. */
export function cookieHeader(value: string, secure: boolean): string {
  const flags = `HttpOnly; SameSite=Strict; Path=/; Max-Age=${MAX_AGE_S}`;
  return `${NAME}=${value}; ${flags}${secure ? '; Secure' : ''}`;
}
