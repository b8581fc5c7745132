import { latin1EncodeInto } from '../runtime/bytes.ts';
import { parseInteger } from './characters.ts';
import type { HeaderField } from './headers.ts';
import type { SipMessage, SipRequest, SipResponse } from './message.ts';

/**
 * The octets of a message. Lines that were received and not touched come out as they came in; Content-Length is always
 * that of the body (§20.14), written when it is missing.
 */
export function printMessage(message: SipMessage): Uint8Array {
  const head = printHead(message);
  const octets = new Uint8Array(head.length + message.body.length);
  latin1EncodeInto(head, octets);
  octets.set(message.body, head.length);
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
  for (const field of message.headers.fields) {
    if (field.key === 'content-length') {
      if (!counted) text += parseInteger(field.value) === length ? printField(field) : `${field.name}: ${length}\r\n`;
      counted = true;
    } else {
      text += printField(field);
    }
  }
  if (!counted) text += `Content-Length: ${length}\r\n`;
  return `${text}\r\n`;
}

function printField(field: HeaderField): string {
  return `${field.raw ?? `${field.name}: ${field.value}`}\r\n`;
}
