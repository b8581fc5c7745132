import { latin1EncodeInto, room } from '../runtime/bytes.ts';
import { type HeaderField, numberOf } from './header-field.ts';
import type { SipMessage, SipRequest, SipResponse } from './message.ts';

/**
 * The octets of a message. Lines that were received and not touched come out as they came in; Content-Length is always
 * that of the body (§20.14), written when it is missing.
 */
export function printMessage(message: SipMessage): Uint8Array {
  const head = printHead(message);
  const octets = room(head.length + message.body.length);
  latin1EncodeInto(head, octets);
  if (message.body.length > 0) octets.set(message.body, head.length);
  return octets;
}

/** `INVITE sip:bob@example.com SIP/2.0` or `SIP/2.0 180 Ringing`, as octets. */
export function startLine(message: SipMessage): string {
  const either = message as SipRequest | SipResponse;
  return either.kind === 'request'
    ? `${either.method} ${either.uriText} SIP/2.0`
    : `SIP/2.0 ${either.status} ${either.reason}`;
}

function printHead(message: SipMessage): string {
  const length = message.body.length;
  let text = `${startLine(message)}\r\n`;
  let counted = false;
  // Lines that still stand behind one another in the head they were received in are copied as one.
  let first: HeaderField | undefined;
  let last: HeaderField | undefined;
  for (const field of message.headers.fields) {
    let own: string | undefined;
    if (field.key === 'content-length') {
      if (counted) own = '';
      else if (numberOf(field) !== length) own = `${field.name}: ${length}\r\n`;
      counted = true;
    }
    if (first !== undefined && last !== undefined) {
      if (own === undefined && field.text === first.text && field.start === last.end + 2) {
        last = field;
        continue;
      }
      text += printRun(first, last);
    }
    first = own === undefined ? field : undefined;
    last = first;
    text += own ?? '';
  }
  if (first !== undefined && last !== undefined) text += printRun(first, last);
  if (!counted) text += `Content-Length: ${length}\r\n`;
  return `${text}\r\n`;
}

function printRun(first: HeaderField, last: HeaderField): string {
  return `${first === last ? first.raw : first.text.slice(first.start, last.end)}\r\n`;
}
