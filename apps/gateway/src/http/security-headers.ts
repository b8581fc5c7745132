import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { sendText } from './exchange.ts';

/**
 * Scripts are our own files only. So are styles, but for those that carry the page's nonce: the accessible widgets of the
 * phone make some from script. The phone may connect anywhere by WebSocket: a person may sign in at a server of theirs.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "media-src 'self' blob:",
  "connect-src 'self' ws: wss:",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'Permissions-Policy': 'microphone=(self), camera=(self), geolocation=(), payment=(), usb=()',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** A page, given the nonce with which styles of its own are let through, a new one each time. */
export function sendPage(response: ServerResponse, page: (nonce: string) => string): void {
  const nonce = randomBytes(16).toString('base64');
  const policy = CONTENT_SECURITY_POLICY.replace("style-src 'self'", `style-src 'self' 'nonce-${nonce}'`);
  response.setHeader('Content-Security-Policy', policy);
  response.setHeader('Cache-Control', 'no-store');
  sendText(response, 200, 'text/html; charset=utf-8', page(nonce));
}

/** Sent with everything. `hsts` only with a certificate the world trusts: under one of our own it would lock people out of the way around. */
export function setSecurityHeaders(response: ServerResponse, hsts: boolean): void {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  if (hsts) response.setHeader('Strict-Transport-Security', 'max-age=31536000');
}
