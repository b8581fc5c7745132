import type { TraceEntry } from '../protocol.ts';

/** Made-up traces for tests and the gallery, written the way a wire log is read: one line per message. */

export interface Step {
  /** Milliseconds after the first message. */
  readonly at: number;
  readonly peer: TraceEntry['peer'];
  readonly direction: 'in' | 'out';
  /** `INVITE sip:bob@…` or `180 Ringing`. */
  readonly line: string;
  readonly cseq: string;
  /** To tag, when inside a dialog. */
  readonly toTag?: string;
  /** Header lines more, then an empty line and the body when there is one. */
  readonly more?: string;
}

export const callerLane: TraceEntry['peer'] = {
  role: 'caller',
  label: 'sip:alice@ringback.local',
  transport: 'WS',
  address: '127.0.0.1:51514',
  key: 'ws-7',
};
export const calleeLane: TraceEntry['peer'] = {
  role: 'callee',
  label: 'sip:bob@ringback.local',
  transport: 'UDP',
  address: '192.168.1.31:5060',
  key: 'udp-2',
};

export function traceOf(
  callId: string,
  start: number,
  steps: readonly Step[],
  source: TraceEntry['source'] = 'gateway',
): readonly TraceEntry[] {
  return steps.map((step, index) => {
    const status = /^\d{3}/.exec(step.line)?.[0];
    const startLine = status === undefined ? `${step.line} SIP/2.0` : `SIP/2.0 ${step.line}`;
    return {
      seq: index + 1,
      at: start + step.at,
      callId,
      source,
      direction: step.direction,
      peer: step.peer,
      startLine,
      method: step.cseq.split(' ')[1] ?? '',
      ...(status === undefined ? {} : { status: Number(status) }),
      cseq: step.cseq,
      text: textOf(callId, startLine, step),
    };
  });
}

function textOf(callId: string, startLine: string, step: Step): string {
  const to = step.toTag === undefined ? '' : `;tag=${step.toTag}`;
  const head = [
    startLine,
    `Via: SIP/2.0/${step.peer.transport} ${step.peer.address};branch=z9hG4bK${step.cseq.replace(' ', '')}${step.peer.key};rport`,
    'Max-Forwards: 70',
    'From: "Alice" <sip:alice@ringback.local>;tag=1928301774',
    `To: <sip:bob@ringback.local>${to}`,
    `Call-ID: ${callId}`,
    `CSeq: ${step.cseq}`,
  ].join('\r\n');
  return `${head}\r\n${step.more ?? 'Content-Length: 0\r\n\r\n'}`;
}

const sdp = (direction: string) =>
  [
    'Content-Type: application/sdp',
    'Content-Length: 214',
    '',
    'v=0',
    'o=- 4611731400430051336 2 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    'm=audio 52124 UDP/TLS/RTP/SAVPF 111 0 8 101',
    'c=IN IP4 192.168.1.20',
    'a=rtpmap:111 opus/48000/2',
    'a=rtpmap:101 telephone-event/8000',
    'a=ice-pwd:(removed)',
    'a=setup:actpass',
    `a=${direction}`,
    '',
  ].join('\r\n');

const tag = 'a6c85cf';

/** A call through the gateway: challenged, ringing, answered, held, and hung up by the callee. */
export const wholeCall: readonly Step[] = [
  {
    at: 0,
    peer: callerLane,
    direction: 'in',
    line: 'INVITE sip:bob@ringback.local',
    cseq: '1 INVITE',
    more: sdp('sendrecv'),
  },
  {
    at: 2,
    peer: callerLane,
    direction: 'out',
    line: '407 Proxy Authentication Required',
    cseq: '1 INVITE',
    toTag: 'gw1',
  },
  { at: 5, peer: callerLane, direction: 'in', line: 'ACK sip:bob@ringback.local', cseq: '1 ACK', toTag: 'gw1' },
  {
    at: 8,
    peer: callerLane,
    direction: 'in',
    line: 'INVITE sip:bob@ringback.local',
    cseq: '2 INVITE',
    more: sdp('sendrecv'),
  },
  { at: 9, peer: callerLane, direction: 'out', line: '100 Trying', cseq: '2 INVITE' },
  {
    at: 11,
    peer: calleeLane,
    direction: 'out',
    line: 'INVITE sip:bob@192.168.1.31:5060',
    cseq: '2 INVITE',
    more: sdp('sendrecv'),
  },
  { at: 14, peer: calleeLane, direction: 'in', line: '100 Trying', cseq: '2 INVITE' },
  { at: 61, peer: calleeLane, direction: 'in', line: '180 Ringing', cseq: '2 INVITE', toTag: tag },
  { at: 62, peer: callerLane, direction: 'out', line: '180 Ringing', cseq: '2 INVITE', toTag: tag },
  { at: 3200, peer: calleeLane, direction: 'in', line: '200 OK', cseq: '2 INVITE', toTag: tag, more: sdp('sendrecv') },
  { at: 3201, peer: callerLane, direction: 'out', line: '200 OK', cseq: '2 INVITE', toTag: tag, more: sdp('sendrecv') },
  { at: 3210, peer: callerLane, direction: 'in', line: 'ACK sip:bob@192.168.1.31:5060', cseq: '2 ACK', toTag: tag },
  { at: 3211, peer: calleeLane, direction: 'out', line: 'ACK sip:bob@192.168.1.31:5060', cseq: '2 ACK', toTag: tag },
  {
    at: 64000,
    peer: calleeLane,
    direction: 'in',
    line: 'BYE sip:alice@127.0.0.1:51514;transport=ws',
    cseq: '1 BYE',
    toTag: tag,
  },
  {
    at: 64001,
    peer: callerLane,
    direction: 'out',
    line: 'BYE sip:alice@127.0.0.1:51514;transport=ws',
    cseq: '1 BYE',
    toTag: tag,
  },
  { at: 64008, peer: callerLane, direction: 'in', line: '200 OK', cseq: '1 BYE', toTag: tag },
  { at: 64009, peer: calleeLane, direction: 'out', line: '200 OK', cseq: '1 BYE', toTag: tag },
];

/** A call that a plain-RTP phone cannot take. */
export const refusedCall: readonly Step[] = [
  ...wholeCall.slice(0, 7),
  { at: 48, peer: calleeLane, direction: 'in', line: '488 Not Acceptable Here', cseq: '2 INVITE', toTag: tag },
  { at: 49, peer: calleeLane, direction: 'out', line: 'ACK sip:bob@192.168.1.31:5060', cseq: '2 ACK', toTag: tag },
  { at: 50, peer: callerLane, direction: 'out', line: '488 Not Acceptable Here', cseq: '2 INVITE', toTag: tag },
  { at: 55, peer: callerLane, direction: 'in', line: 'ACK sip:bob@ringback.local', cseq: '2 ACK', toTag: tag },
];

const clientLane: TraceEntry['peer'] = { ...callerLane, role: 'client' };

/** A registration with the 401 that belongs to it. */
export const registration: readonly Step[] = [
  {
    at: 0,
    peer: clientLane,
    direction: 'in',
    line: 'REGISTER sip:ringback.local',
    cseq: '1 REGISTER',
    more: 'Contact: <sip:x@df7jal23ls0d.invalid;transport=ws>\r\nExpires: 600\r\nContent-Length: 0\r\n\r\n',
  },
  { at: 1, peer: clientLane, direction: 'out', line: '401 Unauthorized', cseq: '1 REGISTER', toTag: 'r1' },
  {
    at: 6,
    peer: clientLane,
    direction: 'in',
    line: 'REGISTER sip:ringback.local',
    cseq: '2 REGISTER',
    more: 'Contact: <sip:x@df7jal23ls0d.invalid;transport=ws>\r\nExpires: 600\r\nAuthorization: (removed)\r\nContent-Length: 0\r\n\r\n',
  },
  { at: 9, peer: clientLane, direction: 'out', line: '200 OK', cseq: '2 REGISTER', toTag: 'r2' },
];
