import { createResponse } from '../message/create.ts';
import type { Destination, TransportName } from '../transport/flow.ts';
import type { Bench } from './bench.ts';
import type { TestElement, TestElementOptions } from './test-element.ts';

/** Where the transport tests send: the second host of the bench, at the usual port. */
export function to(
  transport: TransportName,
  host = '192.0.2.2',
  port: number = transport === 'WS' ? 80 : 5060,
): Destination {
  return { transport, host, port };
}

/** An element that answers 200 to everything. */
export function uas(bench: Bench, options?: TestElementOptions): TestElement {
  const made = bench.element('192.0.2.2', {
    listen: [
      ['UDP', 5060],
      ['TCP', 5060],
      ['WS', 80],
    ],
    ...options,
  });
  made.answer = (transaction) => transaction.respond(createResponse(transaction.request, 200, { toTag: 'b' }));
  return made;
}

export interface RequestText {
  readonly via?: string;
  readonly method?: string;
  /** Header lines instead of the Content-Length that fits the body. */
  readonly extra?: string;
  readonly body?: string;
}

/** A request as text, for a scripted peer to send. */
export function requestText({
  via = 'SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1',
  method = 'OPTIONS',
  extra = '',
  body = '',
}: RequestText = {}): string {
  return `${method} sip:bob@192.0.2.2 SIP/2.0
Via: ${via}
Max-Forwards: 70
From: <sip:alice@192.0.2.1>;tag=a
To: <sip:bob@192.0.2.2>
Call-ID: c1
CSeq: 1 ${method}
${extra || `Content-Length: ${body.length}\n`}
${body}`;
}

/** The Via values of a message as text, top first. */
export function vias(text: string): readonly (string | undefined)[] {
  return [...text.matchAll(/^Via: (.*?)\r$/gm)].map((match) => match[1]);
}
