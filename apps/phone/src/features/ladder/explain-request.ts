import type { TraceEntry } from '../../bridge/index.ts';
import type { Context, Explanation } from './explain.ts';
import { cseqNumber, hasSessionDescription, isInDialog, mediaDirection, removesBindings } from './message-text.ts';

const hop = (sentence: string, section: string): Explanation => ({ sentence, section, reach: 'one hop' });
const registrar = (sentence: string, section: string): Explanation => ({ sentence, section, reach: 'registrar' });
const end = (sentence: string, section: string): Explanation => ({ sentence, section, reach: 'end to end' });

export function explainRequest(entry: TraceEntry, context: Context): Explanation {
  switch (entry.method) {
    case 'INVITE':
      return isInDialog(entry.text) ? reInvite(entry, context) : invite(entry, context);
    case 'ACK':
      return ack(entry, context);
    case 'BYE':
      return end(
        'One side hangs up. BYE is a request of its own inside the dialog, either side may send it, and it wants an answer.',
        'RFC 3261 §15.1.1',
      );
    case 'CANCEL':
      return hop(
        'The caller gives up before there was a final answer. CANCEL goes one hop: each element stops here and cancels its own INVITE towards the next.',
        'RFC 3261 §9.1',
      );
    case 'REGISTER':
      return register(entry, context);
    case 'OPTIONS':
      return end('A question: what do you support, and are you there? No phone rings.', 'RFC 3261 §11.1');
    case 'INFO':
      return end(
        /dtmf/i.test(entry.text)
          ? 'A key was pressed during the call; the digit travels as a message instead of within the audio.'
          : 'Information about the call, sent along the path of its signalling; it changes nothing in the call itself.',
        'RFC 6086 §4.2',
      );
    case 'UPDATE':
      return end(
        'Changes the session, for instance its media, without a new INVITE; it can be sent before the call is answered.',
        'RFC 3311 §5.1',
      );
    case 'PRACK':
      return end(
        'The caller confirms that a provisional answer arrived. Like ACK it is a request, but one that is answered.',
        'RFC 3262 §4',
      );
    case 'REFER':
      return end('One phone asks the other to call somebody else: this is how a transfer begins.', 'RFC 3515 §2.4.1');
    case 'SUBSCRIBE':
      return end('A wish to be told whenever some state changes.', 'RFC 6665 §4.1.2');
    case 'NOTIFY':
      return end('News for a subscriber: the state it asked about.', 'RFC 6665 §4.2.2');
    case 'MESSAGE':
      return end('A text message; it belongs to no call.', 'RFC 3428 §4');
    case 'PUBLISH':
      return end('Uploads a state, such as “busy”, to a server that tells subscribers.', 'RFC 3903 §4');
    default:
      return end(
        `A request with the method ${entry.method}. Elements that do not know it pass it on; a phone that does not know it answers 501 or 405.`,
        'RFC 3261 §8.2.1',
      );
  }
}

function invite(entry: TraceEntry, context: Context): Explanation {
  if (challengedBefore(entry, context)) {
    return end(
      'The same INVITE once more, now with credentials, and with the next CSeq number: a new transaction for the same call. The password itself is never sent.',
      'RFC 3261 §22.2, §22.3',
    );
  }
  return hasSessionDescription(entry.text)
    ? end(
        'The caller asks to start a call. The body is an offer: which audio it can send and receive, and where.',
        'RFC 3261 §13.2.1',
      )
    : end(
        'The caller asks to start a call without an offer: the far side will make the offer in its 200, the answer comes in the ACK.',
        'RFC 3261 §13.2.1',
      );
}

function reInvite(entry: TraceEntry, context: Context): Explanation {
  const direction = mediaDirection(entry.text);
  if (challengedBefore(entry, context)) {
    return end('The same request inside the call once more, now with credentials.', 'RFC 3261 §22.2, §22.3');
  }
  if (direction === 'sendonly' || direction === 'inactive') {
    return end(`An INVITE inside the call: the sender puts the other side on hold (a=${direction}).`, 'RFC 3264 §8.4');
  }
  const held = context.before.some((one) => one.method === 'INVITE' && /^a=(sendonly|inactive)/m.test(one.text));
  return held
    ? end('An INVITE inside the call: audio shall flow both ways again (a=sendrecv).', 'RFC 3264 §8.4')
    : end(
        'An INVITE inside the call changes or repairs its media, for instance after the network changed. If it is refused, the call stays as it was.',
        'RFC 3261 §14.1',
      );
}

/** §13.2.2.4 against §17.1.1.3: which of the two ACKs it is depends on what it answers. */
function ack(entry: TraceEntry, context: Context): Explanation {
  const status = context.before.findLast(
    (one) =>
      one.method === 'INVITE' &&
      (one.status ?? 0) >= 200 &&
      cseqNumber(one.cseq) === cseqNumber(entry.cseq) &&
      samePeer(one, entry),
  )?.status;
  if (status !== undefined && status >= 300) {
    return hop(
      `Confirms that the ${status} arrived. This ACK is part of the INVITE’s own transaction and goes one hop: every element that was told of the failure sends its own.`,
      'RFC 3261 §17.1.1.3',
    );
  }
  if (confirmsReInvite(entry, context)) {
    return end(
      'Whoever sent the INVITE inside the call confirms the 200 to it. This ACK is a request of its own, outside the INVITE’s transaction, and nothing answers it.',
      'RFC 3261 §14.1, §13.2.2.4',
    );
  }
  return end(
    'The caller confirms that it got the 200. This ACK is a request of the caller’s own, outside the INVITE’s transaction; it goes to the far phone itself, and nothing answers it.',
    'RFC 3261 §13.2.2.4',
  );
}

/** Either side may change a call, and then the ACK is that side's. */
function confirmsReInvite(entry: TraceEntry, context: Context): boolean {
  const invite = context.before.findLast(
    (one) =>
      one.method === 'INVITE' &&
      one.status === undefined &&
      one.direction === entry.direction &&
      cseqNumber(one.cseq) === cseqNumber(entry.cseq) &&
      samePeer(one, entry),
  );
  return invite !== undefined && isInDialog(invite.text);
}

function register(entry: TraceEntry, context: Context): Explanation {
  if (challengedBefore(entry, context)) {
    return registrar(
      'The same REGISTER once more, now with proof of the password, computed from it and the server’s challenge. The password itself is never sent.',
      'RFC 3261 §22.2',
    );
  }
  if (removesBindings(entry.text))
    return registrar('The phone takes its address back: it can no longer be reached here.', 'RFC 3261 §10.2.2');
  const known = context.before.some(
    (one) => one.method === 'REGISTER' && one.status !== undefined && one.status < 300 && one.status >= 200,
  );
  return known
    ? registrar('The phone renews its registration before it runs out.', 'RFC 3261 §10.2.4')
    : registrar(
        'The phone tells the registrar under which address it can be reached right now. It begins without proof of who it is.',
        'RFC 3261 §10.2.1',
      );
}

/** True when the last answer to this method, on this lane, was a challenge. */
function challengedBefore(entry: TraceEntry, context: Context): boolean {
  const last = context.before.findLast(
    (one) =>
      one.method === entry.method &&
      (one.status ?? 0) >= 200 &&
      samePeer(one, entry) &&
      one.direction !== entry.direction,
  );
  return last?.status === 401 || last?.status === 407;
}

function samePeer(a: TraceEntry, b: TraceEntry): boolean {
  return a.peer.key === b.peer.key && a.peer.role === b.peer.role;
}
