import type { IncomingMessage, ServerResponse } from 'node:http';
import { plainAddress } from '@ringback/sip-node';

/** One request being answered. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
}

export type Route = (exchange: Exchange) => void | Promise<void>;

/** Ends an exchange with this status from wherever it is thrown. */
export class HttpFailure extends Error {
  readonly status: number;
  /** A word for programs. */
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
  });
  response.end(text);
}

export function sendText(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(text) });
  response.end(text);
}

export function remoteAddress(request: IncomingMessage): string {
  return plainAddress(request.socket.remoteAddress ?? '');
}

const MAX_BODY = 16 * 1024;

/** The JSON object a request carries. Another type than JSON cannot come from a foreign page without its asking first. */
export async function readJson(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/json') throw new HttpFailure(415, 'not-json', 'application/json expected');
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    length += chunk.length;
    if (length > MAX_BODY) throw new HttpFailure(413, 'too-long', 'the body is too long', { Connection: 'close' });
    chunks.push(chunk);
  }
  try {
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    if (isObject(value)) return value;
  } catch {
    // Answered below.
  }
  throw new HttpFailure(400, 'bad-json', 'a JSON object expected');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function textIn(body: Readonly<Record<string, unknown>>, name: string): string {
  const value = body[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new HttpFailure(400, 'missing', `"${name}" expected`);
}
