import { describe, expect, it } from 'vitest';
import { accountState, isRefused } from './problem.ts';

const open = { state: 'open' } as const;

describe('the state of an account', () => {
  it('is registered only while the connection is open', () => {
    expect(accountState(open, { state: 'registered' })).toEqual({ status: 'registered' });
    expect(accountState({ state: 'connecting' }, { state: 'registered' })).toEqual({ status: 'connecting' });
  });
  it('tells when the next try comes while the server cannot be reached', () => {
    expect(accountState({ state: 'waiting', retryAt: 5, cause: 'closed' }, { state: 'unregistered' })).toEqual({
      status: 'connecting',
      problem: { kind: 'unreachable', retryAt: 5, detail: 'closed' },
    });
  });
  it.each([
    [401, 'wrong-credentials'],
    [407, 'wrong-credentials'],
    [403, 'refused'],
    [404, 'no-such-account'],
    [408, 'no-answer'],
    [undefined, 'no-answer'],
    [503, 'server-busy'],
    [420, 'other'],
  ] as const)('of a REGISTER that ended with %s is %s', (status, kind) => {
    const failed = { state: 'failed', ...(status && { status }) } as const;
    expect(accountState(open, failed)).toMatchObject({ status: 'failed', problem: { kind } });
  });
  it.each([401, 403, 404])(
    'signed in by a link that is not known any more (%i) needs a new link, not a password',
    (status) => {
      expect(accountState(open, { state: 'failed', status }, true).problem?.kind).toBe('revoked');
    },
  );
  it('is refused for good when the server said no and nothing comes by itself', () => {
    expect(isRefused({ kind: 'other', status: 416 })).toBe(true);
    expect(isRefused({ kind: 'server-busy', status: 503, retryAt: 9 })).toBe(false);
    expect(isRefused({ kind: 'unreachable' })).toBe(false);
  });
});
