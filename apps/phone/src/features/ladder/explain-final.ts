import type { TraceEntry } from '../../bridge/index.ts';
import type { Context, Explanation, Reach } from './explain.ts';
import { cseqNumber, isInDialog, mediaDirection, removesBindings } from './message-text.ts';

const end = (sentence: string, section: string): Explanation => ({ sentence, section, reach: 'end to end' });
const registrar = (sentence: string, section: string): Explanation => ({ sentence, section, reach: 'registrar' });
const hop = (sentence: string, section: string): Explanation => ({ sentence, section, reach: 'one hop' });

export function explainFinal(entry: TraceEntry, status: number, context: Context): Explanation {
  if (status < 300) return explainSuccess(entry, status, context);
  if (status === 401) return challenge401(entry);
  const [sentence, section] = FAILURES[status] ?? [classSentence(status), `RFC 3261 §21.${Math.floor(status / 100)}`];
  return { sentence, section, reach: status === 407 ? 'challenge' : failureReach(entry, context) };
}

/** A failure is made by the far phone or by any element before it, and looks the same (§16.7). */
function failureReach(entry: TraceEntry, context: Context): Reach {
  if (entry.method === 'REGISTER') return 'registrar';
  const request = requestOf(entry, context);
  const inCall = request !== undefined && isInDialog(request.text);
  return entry.method === 'INVITE' && !inCall ? 'final, to the caller' : 'final, to the sender';
}

function requestOf(entry: TraceEntry, context: Context): TraceEntry | undefined {
  return context.before.findLast(
    (one) => one.status === undefined && one.method === entry.method && cseqNumber(one.cseq) === cseqNumber(entry.cseq),
  );
}

function explainSuccess(entry: TraceEntry, status: number, context: Context): Explanation {
  const request = requestOf(entry, context);
  switch (entry.method) {
    case 'INVITE':
      return inviteAnswer(entry, request);
    case 'BYE':
      return end('The other side confirms the hang-up. The call is over on both sides.', 'RFC 3261 §15.1.2');
    case 'CANCEL':
      return hop(
        'The next hop has received the CANCEL. It says nothing about the call: the INVITE gets an answer of its own, normally 487.',
        'RFC 3261 §9.2',
      );
    case 'REGISTER':
      return request !== undefined && removesBindings(request.text)
        ? registrar('The registrar has forgotten this phone’s address.', 'RFC 3261 §10.2.2')
        : registrar(
            'The registrar keeps the address until it expires, and lists where this account can be reached. From now on calls arrive.',
            'RFC 3261 §10.3',
          );
    case 'OPTIONS':
      return end('There, and listing what is supported.', 'RFC 3261 §11.2');
    case 'PRACK':
      return end('The confirmation of the provisional answer arrived.', 'RFC 3262 §3');
    case 'UPDATE':
      return end('The change of the session is accepted.', 'RFC 3311 §5.2');
    default:
      return status === 202
        ? end('Accepted, but not carried out yet.', 'RFC 3261 §7.2')
        : end(`The ${entry.method} was received and accepted.`, 'RFC 3261 §21.2.1');
  }
}

function inviteAnswer(entry: TraceEntry, request: TraceEntry | undefined): Explanation {
  if (request === undefined || !isInDialog(request.text)) {
    return end(
      'The far phone was picked up. The body is the answer to the offer: the audio both will use. It is repeated until the ACK arrives.',
      'RFC 3261 §13.3.1.4',
    );
  }
  const direction = mediaDirection(entry.text);
  return direction === 'recvonly' || direction === 'inactive'
    ? end(`The hold is accepted (a=${direction}).`, 'RFC 3264 §8.4')
    : end('The change inside the call is accepted.', 'RFC 3261 §14.2');
}

function challenge401(entry: TraceEntry): Explanation {
  const challenge = (sentence: string, section: string): Explanation => ({ sentence, section, reach: 'challenge' });
  return entry.method === 'REGISTER'
    ? challenge(
        'Normal and expected: the registrar asks who is there and sends a challenge. The phone repeats the REGISTER with the proof.',
        'RFC 3261 §22.2, §10.3',
      )
    : challenge(
        'Normal and expected: a server or the far phone asks who is there and sends a challenge. The request is repeated with the proof.',
        'RFC 3261 §22.2',
      );
}

function classSentence(status: number): string {
  if (status < 400) return 'The call should be tried at another address.';
  if (status < 500) return 'This request cannot be fulfilled here as it is; another destination might.';
  if (status < 600) return 'The server failed to fulfil a request that may be valid.';
  return 'No destination anywhere can fulfil this request.';
}

/** Final answers other than success: what each says, and where it is defined. */
const FAILURES: Readonly<Record<number, readonly [sentence: string, section: string]>> = {
  300: ['There are several addresses to choose from.', 'RFC 3261 §21.3.1'],
  301: ['The called party has moved for good; its new address is in Contact.', 'RFC 3261 §21.3.2'],
  302: ['The called party is elsewhere for now: the caller may try the addresses in Contact.', 'RFC 3261 §21.3.3'],
  305: ['The call must go through the proxy named in Contact.', 'RFC 3261 §21.3.4'],
  380: ['The call failed, but another service is possible.', 'RFC 3261 §21.3.5'],
  400: ['The request was malformed and could not be understood.', 'RFC 3261 §21.4.1'],
  402: ['Reserved for payment.', 'RFC 3261 §21.4.3'],
  403: ['Understood and refused; the same request with other credentials will not help.', 'RFC 3261 §21.4.4'],
  404: ['The server knows for certain that there is no such user at this domain.', 'RFC 3261 §21.4.5'],
  405: ['This method is known, but not allowed for this address.', 'RFC 3261 §21.4.6'],
  406: ['The answer could only be given in a form the caller did not list as acceptable.', 'RFC 3261 §21.4.7'],
  407: [
    'Normal and expected: a proxy on the way asks who is calling and sends a challenge. The request is repeated with the proof.',
    'RFC 3261 §22.3',
  ],
  408: ['No answer came in time.', 'RFC 3261 §21.4.9'],
  410: ['The user was here once and is gone for good.', 'RFC 3261 §21.4.10'],
  412: ['The state that should be changed is not the one the server has.', 'RFC 3903 §11.2.1'],
  413: ['The body is larger than the server accepts.', 'RFC 3261 §21.4.11'],
  414: ['The address is longer than the server accepts.', 'RFC 3261 §21.4.12'],
  415: ['The kind of body is not supported; Accept says which kinds are.', 'RFC 3261 §21.4.13'],
  416: ['This kind of address (its scheme) is not supported.', 'RFC 3261 §21.4.14'],
  420: ['The request requires an extension that is not supported; Unsupported names it.', 'RFC 3261 §21.4.15'],
  421: ['The far side needs an extension that the caller did not offer.', 'RFC 3261 §21.4.16'],
  422: ['The session timer is too short; Min-SE says what is accepted.', 'RFC 4028 §6'],
  423: [
    'The registration would expire too soon; the phone repeats it with the Min-Expires given.',
    'RFC 3261 §21.4.17',
  ],
  430: ['The connection over which the phone could be reached is gone.', 'RFC 5626 §11.5'],
  439: ['The first hop does not support several connections per phone.', 'RFC 5626 §11.6'],
  440: ['The call was forked too widely.', 'RFC 5393 §6.2'],
  469: ['The package of this INFO was not offered.', 'RFC 6086 §4.2.2'],
  480: [
    'The called party is known but cannot be reached right now, for instance because no phone is signed in.',
    'RFC 3261 §21.4.18',
  ],
  481: ['The request belongs to a call that the receiver does not know, or no longer.', 'RFC 3261 §21.4.19'],
  482: ['The request came back to where it had been: a loop.', 'RFC 3261 §21.4.20'],
  483: ['The request passed too many hops; Max-Forwards reached zero.', 'RFC 3261 §21.4.21'],
  484: ['The number is incomplete.', 'RFC 3261 §21.4.22'],
  485: ['The address is ambiguous.', 'RFC 3261 §21.4.23'],
  486: [
    'The far phone says it is busy, or its owner declined; other phones of the same person may still ring.',
    'RFC 3261 §21.4.24',
  ],
  487: [
    'The INVITE’s own final answer after it was cancelled (or ended by a BYE). Nothing went wrong.',
    'RFC 3261 §21.4.25',
  ],
  488: [
    'The far phone was reached but cannot accept this session description: no audio format or protection in common.',
    'RFC 3261 §21.4.26',
  ],
  489: ['The event package is not known there.', 'RFC 6665 §8.3.2'],
  491: [
    'Both sides changed the call at the same moment. Each waits a different short time and tries again.',
    'RFC 3261 §14.1, §21.4.27',
  ],
  493: ['The encrypted body could not be read.', 'RFC 3261 §21.4.28'],
  494: ['A security mechanism has to be agreed first.', 'RFC 3329 §2.3'],
  500: ['The server had an internal error.', 'RFC 3261 §21.5.1'],
  501: ['The server does not know this method at all.', 'RFC 3261 §21.5.2'],
  502: ['A server behind this one gave an answer that makes no sense.', 'RFC 3261 §21.5.3'],
  503: ['The server is overloaded or down for maintenance; Retry-After may say for how long.', 'RFC 3261 §21.5.4'],
  504: ['A server behind this one did not answer in time.', 'RFC 3261 §21.5.5'],
  505: ['This version of SIP is not supported.', 'RFC 3261 §21.5.6'],
  513: ['The message is too large.', 'RFC 3261 §21.5.7'],
  600: ['The called party is busy on every phone; no other will be tried.', 'RFC 3261 §21.6.1'],
  603: ['The called party declines; no other phone will be tried.', 'RFC 3261 §21.6.2'],
  604: ['The called party does not exist anywhere.', 'RFC 3261 §21.6.3'],
  606: ['The called party would talk, but not with any media on offer.', 'RFC 3261 §21.6.4'],
};
