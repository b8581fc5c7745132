import { describe, expect, it } from 'vitest';
import {
  calleeLane,
  callerLane,
  refusedCall,
  registration,
  type Step,
  traceOf,
  wholeCall,
} from '../../bridge/testing/traces.ts';
import { explain } from './explain.ts';

const explained = (steps: readonly Step[]) => {
  const entries = traceOf('c1', 0, steps);
  return entries.map((entry, index) => ({
    line: entry.startLine,
    ...explain(entry, { before: entries.slice(0, index) }),
  }));
};
const at = (steps: readonly Step[], index: number) => explained(steps).at(index)!;

describe('where introductions err', () => {
  it('100 comes from the next hop and is never passed on (§16.7)', () => {
    for (const index of [4, 6]) {
      expect(at(wholeCall, index)).toMatchObject({ reach: 'one hop', section: expect.stringContaining('§21.1.1') });
      expect(at(wholeCall, index).sentence).toContain('next hop');
    }
  });

  it('180 comes from the far phone, end to end (§21.1.2)', () => {
    expect(at(wholeCall, 7)).toMatchObject({ reach: 'end to end', section: 'RFC 3261 §21.1.2' });
  });

  it('the ACK to a 2xx is the caller’s own request, end to end (§13.2.2.4)', () => {
    for (const index of [11, 12]) {
      expect(at(wholeCall, index)).toMatchObject({ reach: 'end to end', section: 'RFC 3261 §13.2.2.4' });
      expect(at(wholeCall, index).sentence).toContain('request of the caller’s own');
    }
  });

  it('the ACK to a failure is part of the INVITE’s transaction and goes one hop (§17.1.1.3)', () => {
    for (const [steps, index, status] of [
      [wholeCall, 2, '407'],
      [refusedCall, 8, '488'],
      [refusedCall, 10, '488'],
    ] as const) {
      expect(at(steps, index)).toMatchObject({ reach: 'one hop', section: 'RFC 3261 §17.1.1.3' });
      expect(at(steps, index).sentence).toContain(status);
    }
  });

  it('the ACK to a change inside the call is of the side that made it, be it the called one (§14.1)', () => {
    const steps: Step[] = [
      ...wholeCall.slice(0, 13),
      { at: 4000, peer: calleeLane, direction: 'in', line: 'INVITE sip:alice@x', cseq: '7 INVITE', toTag: 'a' },
      { at: 4010, peer: calleeLane, direction: 'out', line: '200 OK', cseq: '7 INVITE', toTag: 'a' },
      { at: 4020, peer: calleeLane, direction: 'in', line: 'ACK sip:alice@x', cseq: '7 ACK', toTag: 'a' },
    ];
    const { sentence, reach } = at(steps, -1);
    expect(reach).toBe('end to end');
    expect(sentence).not.toContain('caller');
  });

  it('tells the two ACKs apart on each lane of a fork', () => {
    const other = { ...calleeLane, key: 'udp-9' };
    const forked: Step[] = [
      { at: 0, peer: calleeLane, direction: 'in', line: '486 Busy Here', cseq: '1 INVITE', toTag: 'x' },
      { at: 1, peer: other, direction: 'in', line: '200 OK', cseq: '1 INVITE', toTag: 'y' },
      { at: 2, peer: calleeLane, direction: 'out', line: 'ACK sip:bob@a', cseq: '1 ACK', toTag: 'x' },
      { at: 3, peer: other, direction: 'out', line: 'ACK sip:bob@b', cseq: '1 ACK', toTag: 'y' },
    ];
    expect(
      explained(forked)
        .map((one) => one.section)
        .slice(2),
    ).toEqual(['RFC 3261 §17.1.1.3', 'RFC 3261 §13.2.2.4']);
  });

  it('BYE is a request, and its 200 is not the call’s 200 (§15.1)', () => {
    expect(at(wholeCall, 13)).toMatchObject({
      section: 'RFC 3261 §15.1.1',
      sentence: expect.stringContaining('request of its own'),
    });
    expect(at(wholeCall, 15).section).toBe('RFC 3261 §15.1.2');
  });

  it('401 and 407 are normal and expected (§22)', () => {
    expect(at(wholeCall, 1)).toMatchObject({
      section: 'RFC 3261 §22.3',
      sentence: expect.stringContaining('Normal and expected'),
    });
    expect(at(registration, 1)).toMatchObject({ sentence: expect.stringContaining('Normal and expected') });
    expect(at(wholeCall, 3).sentence).toContain('now with credentials');
    expect(at(registration, 2).sentence).toContain('The password itself is never sent');
  });

  it('a challenge is of whoever asks for the password, not of the far phone (§22)', () => {
    expect(at(wholeCall, 1).reach).toBe('challenge');
    expect(at(registration, 1).reach).toBe('challenge');
  });

  it('a failure may be any proxy’s, and is passed back to whoever sent the request (§16.7)', () => {
    expect(at(refusedCall, 7).reach).toBe('final, to the caller');
    for (const line of ['404 Not Found', '480 Temporarily Unavailable']) {
      const answer = { at: 9, peer: callerLane, direction: 'out', line, cseq: '2 INVITE', toTag: 'gw2' } as const;
      expect(at([...wholeCall.slice(0, 5), answer], -1).reach, line).toBe('final, to the caller');
    }
    const refused = { at: 9, peer: callerLane, direction: 'out', line: '481 Gone', cseq: '3 BYE', toTag: 'x' } as const;
    expect(at([refused], 0).reach).toBe('final, to the sender');
  });

  it('a registration is between the phone and the registrar (§10)', () => {
    expect(explained(registration).map(({ reach }) => reach)).toEqual([
      'registrar',
      'challenge',
      'registrar',
      'registrar',
    ]);
  });

  it('CANCEL goes hop by hop, its 200 says nothing about the call, 487 ends the INVITE (§9)', () => {
    const cancelled: Step[] = [
      { at: 0, peer: callerLane, direction: 'in', line: 'CANCEL sip:bob@x', cseq: '2 CANCEL' },
      { at: 1, peer: callerLane, direction: 'out', line: '200 canceling', cseq: '2 CANCEL' },
      { at: 2, peer: callerLane, direction: 'out', line: '487 Request Terminated', cseq: '2 INVITE', toTag: 'x' },
    ];
    expect(explained(cancelled).map((one) => [one.reach, one.section])).toEqual([
      ['one hop', 'RFC 3261 §9.1'],
      ['one hop', 'RFC 3261 §9.2'],
      ['final, to the caller', 'RFC 3261 §21.4.25'],
    ]);
  });
});

describe('inside a call', () => {
  const sdp = (direction: string) =>
    `Content-Type: application/sdp\r\n\r\nv=0\r\nm=audio 4 RTP/AVP 0\r\na=${direction}\r\n`;
  const steps: Step[] = [
    {
      at: 0,
      peer: callerLane,
      direction: 'in',
      line: 'INVITE sip:bob@x',
      cseq: '3 INVITE',
      toTag: 'a',
      more: sdp('sendonly'),
    },
    { at: 1, peer: callerLane, direction: 'out', line: '200 OK', cseq: '3 INVITE', toTag: 'a', more: sdp('recvonly') },
    {
      at: 2,
      peer: callerLane,
      direction: 'in',
      line: 'INVITE sip:bob@x',
      cseq: '4 INVITE',
      toTag: 'a',
      more: sdp('sendrecv'),
    },
    { at: 3, peer: callerLane, direction: 'out', line: '491 Request Pending', cseq: '4 INVITE', toTag: 'a' },
  ];

  it('recognises hold, its acceptance, and resume (RFC 3264 §8.4)', () => {
    const [hold, held, resume, pending] = explained(steps);
    expect(hold?.sentence).toContain('on hold');
    expect(held?.sentence).toContain('hold is accepted');
    expect(resume?.sentence).toContain('both ways again');
    expect(pending?.section).toContain('§14.1');
  });
});

it('has a sentence and a section for every method and every status', () => {
  const methods = [
    'INVITE',
    'ACK',
    'BYE',
    'CANCEL',
    'REGISTER',
    'OPTIONS',
    'INFO',
    'UPDATE',
    'PRACK',
    'REFER',
    'SUBSCRIBE',
    'NOTIFY',
    'MESSAGE',
    'PUBLISH',
    'FOO',
  ];
  for (const method of methods) {
    const lines = [`${method} sip:x@y`, ...Array.from({ length: 600 }, (_, index) => `${index + 100} Some Phrase`)];
    for (const line of lines) {
      const { sentence, section } = at([{ at: 0, peer: callerLane, direction: 'in', line, cseq: `1 ${method}` }], 0);
      expect(sentence, line).toMatch(/^[A-Z].{8,}[.?]$/);
      expect(section, line).toMatch(/^RFC \d{4} §\d/);
    }
  }
});
