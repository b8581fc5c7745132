import type { SessionEnd } from '@ringback/sip';
import { describe, expect, it } from 'vitest';
import type { CallOutcome } from '../bridge/protocol.ts';
import { callEnd, type EndFacts } from './outcome.ts';

function outcome(facts: Partial<EndFacts> & { end: SessionEnd }): CallOutcome {
  return callEnd({ direction: 'outgoing', answered: false, ...facts }).outcome;
}

describe('how an outgoing call ended', () => {
  it.each<[number, CallOutcome]>([
    [486, 'busy'],
    [600, 'busy'],
    [603, 'declined'],
    [404, 'not-found'],
    [484, 'not-found'],
    [604, 'not-found'],
    [480, 'unavailable'],
    [408, 'no-answer'],
    [488, 'no-common-media'],
    [606, 'no-common-media'],
    [415, 'no-common-media'],
    [403, 'forbidden'],
    [407, 'forbidden'],
    [500, 'failed'],
    [503, 'failed'],
  ])('says of a final %i: %s', (status, expected) => {
    const kind = expected === 'busy' || expected === 'declined' ? 'rejected' : 'failed';
    expect(outcome({ end: { by: 'remote', kind, status } })).toBe(expected);
  });
  it('is no failure when we cancelled it ourselves, 487 or not', () => {
    expect(outcome({ end: { by: 'local', kind: 'cancelled', status: 487 } })).toBe('cancelled');
    expect(outcome({ end: { by: 'local', kind: 'cancelled' } })).toBe('cancelled');
  });
  it('is without answer when it rang in vain, and failed when nobody answered the INVITE at all', () => {
    expect(outcome({ end: { by: 'local', kind: 'timeout', status: 408 } })).toBe('no-answer');
    expect(outcome({ end: { by: 'network', kind: 'timeout', status: 408 } })).toBe('failed');
  });
  it('failed, and was not cancelled, when a sips address had no secure connection to go over (RFC 5630 §4)', () => {
    const end = { by: 'local', kind: 'failed', status: 416 } as const;
    expect(callEnd({ direction: 'outgoing', answered: false, end })).toMatchObject({ outcome: 'failed', by: 'here' });
  });
  it('blames the microphone and nobody else when that did not open', () => {
    const cause = { kind: 'microphone', name: 'NotAllowedError', detail: 'Permission denied' } as const;
    expect(
      callEnd({ direction: 'outgoing', answered: false, end: { by: 'local', kind: 'failed', status: 480 }, cause }),
    ).toEqual({ outcome: 'microphone', by: 'here', mediaError: 'NotAllowedError', detail: 'Permission denied' });
  });
  it('has no common media when the answer was plain RTP, although the far side took the call', () => {
    const cause = { kind: 'no-common-media', detail: 'plain' } as const;
    const end = { by: 'local', kind: 'failed', status: 488 } as const;
    expect(outcome({ answered: true, end, cause })).toBe('no-common-media');
  });
});

describe('how an incoming call ended', () => {
  it('was missed when the caller gave up', () => {
    expect(outcome({ direction: 'incoming', end: { by: 'remote', kind: 'cancelled' } })).toBe('missed');
  });
  it('was not missed when another phone took it, RFC 3326', () => {
    const end: SessionEnd = {
      by: 'remote',
      kind: 'answered-elsewhere',
      reasonHeader: [{ protocol: 'SIP', cause: 200, text: 'Call completed elsewhere' }],
    };
    expect(outcome({ direction: 'incoming', end })).toBe('answered-elsewhere');
  });
  it('was declined when a person here refused it', () => {
    expect(outcome({ direction: 'incoming', end: { by: 'local', kind: 'rejected', status: 486 } })).toBe('declined');
  });
  it('was missed when the phone itself refused it for having calls enough', () => {
    const end = { by: 'local', kind: 'rejected', status: 486 } as const;
    expect(outcome({ direction: 'incoming', end, cause: { kind: 'all-lines-busy' } })).toBe('missed');
  });
  it('had no common media when it offered plain RTP', () => {
    const end = { by: 'local', kind: 'failed', status: 488 } as const;
    expect(outcome({ direction: 'incoming', end, cause: { kind: 'no-common-media', detail: 'x' } })).toBe(
      'no-common-media',
    );
  });
});

describe('how a call that was up ended', () => {
  it('was completed by a hang-up from either side', () => {
    expect(outcome({ answered: true, end: { by: 'remote', kind: 'hangup' } })).toBe('completed');
    expect(outcome({ answered: true, end: { by: 'local', kind: 'hangup' } })).toBe('completed');
  });
  it('was interrupted when the far side knew nothing of it any more (481) or the tab went', () => {
    expect(outcome({ answered: true, end: { by: 'remote', kind: 'failed', status: 481 } })).toBe('interrupted');
    expect(outcome({ answered: true, end: { by: 'local', kind: 'hangup' }, cause: { kind: 'owner-gone' } })).toBe(
      'interrupted',
    );
  });
});

it('shows reason phrase, Warning and Reason under Details', () => {
  const { detail, status, by } = callEnd({
    direction: 'outgoing',
    answered: false,
    end: {
      by: 'remote',
      kind: 'failed',
      status: 488,
      reason: 'Not Acceptable Here',
      warning: '305 pbx "Incompatible media format"',
      reasonHeader: [{ protocol: 'Q.850', cause: 88 }],
    },
  });
  expect({ status, by }).toEqual({ status: 488, by: 'there' });
  expect(detail).toBe('Not Acceptable Here · 305 pbx "Incompatible media format" · Q.850 88');
});
