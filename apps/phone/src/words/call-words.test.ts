import { describe, expect, it } from 'vitest';
import type { CallEnd, CallOutcome, RecentCall } from '../bridge/index.ts';
import { connectedCall } from '../bridge/testing/examples.ts';
import { endWords, isMissed, recentWords, statusLine } from './call-words.ts';
import { microphoneWords } from './microphone-words.ts';
import { problemWords } from './problem-words.ts';

const end = (outcome: CallOutcome, more: Partial<CallEnd> = {}): CallEnd => ({ outcome, by: 'there', ...more });

describe('how a call ended', () => {
  it.each<[CallEnd, string]>([
    [end('completed'), 'Bob hung up'],
    [end('completed', { by: 'here' }), 'Call ended'],
    [end('busy', { status: 486 }), 'Bob is busy'],
    [end('busy', { status: 600 }), 'Bob is busy'],
    [end('declined', { status: 603 }), 'Bob declined the call'],
    [end('declined', { by: 'here' }), 'You declined the call'],
    [end('cancelled', { by: 'here', status: 487 }), 'Call cancelled'],
    [end('not-found', { status: 404 }), 'Number not found'],
    [end('not-found', { status: 604 }), 'Number not found'],
    [end('not-found', { status: 484 }), 'Number incomplete'],
    [end('unavailable', { status: 480 }), 'Bob is not available'],
    [end('no-answer', { status: 408 }), 'Bob did not answer'],
    [end('no-common-media', { status: 488 }), 'No common audio format'],
    [end('forbidden', { status: 403 }), 'You are not allowed to call this number'],
    [end('forbidden', { status: 407 }), 'The server did not accept your sign-in'],
    [end('failed', { status: 416, by: 'here' }), 'This address needs a secure connection'],
    [end('failed', { status: 416 }), 'This kind of address cannot be called there'],
    [end('failed', { status: 408, by: 'network' }), 'The phone service did not answer'],
    [end('failed', { status: 503 }), 'The phone service is unavailable'],
    [end('failed', { status: 500 }), 'The phone service had a problem'],
    [end('failed', { status: 483 }), 'The call went round in circles'],
    [end('failed', { by: 'network' }), 'The phone service did not answer'],
    [end('interrupted', { by: 'network' }), 'The call was cut off'],
    [end('microphone', { mediaError: 'NotFoundError' }), 'No microphone found'],
    [end('answered-elsewhere'), 'Answered on another device'],
  ])('%o is told as "%s"', (given, headline) => {
    expect(endWords(given, 'Bob').headline).toBe(headline);
  });

  it('names the domain that does not know a number, once', () => {
    expect(endWords(end('not-found', { status: 404 }), '999', 'example.com').hint).toBe(
      'There is no “999” at example.com.',
    );
    expect(endWords(end('not-found', { status: 404 }), 'bob@example.com', 'example.com').hint).toBe(
      'There is no “bob@example.com”.',
    );
  });

  it('tells a page that went away from a lost connection', () => {
    expect(endWords(end('interrupted', { by: 'here' }), 'Bob').hint).toMatch(/reloaded or closed/);
    expect(endWords(end('interrupted', { by: 'network' }), 'Bob').hint).toMatch(/connection was lost/);
  });

  it('keeps status codes and reason phrases out of what it says', () => {
    const statuses = [400, 403, 404, 408, 480, 482, 486, 488, 500, 503, 603];
    const outcomes: CallOutcome[] = [
      'busy',
      'declined',
      'failed',
      'forbidden',
      'no-common-media',
      'not-found',
      'unavailable',
    ];
    for (const status of statuses)
      for (const outcome of outcomes) {
        const words = endWords(end(outcome, { status, detail: 'Busy Here' }), 'Bob');
        expect(`${words.headline} ${words.hint ?? ''}`).not.toMatch(/\d{3}|Busy Here|SIP/);
      }
  });
});

describe('calls in the history', () => {
  const recent = (direction: RecentCall['direction'], given: CallEnd): RecentCall => ({
    id: 'r',
    account: 'sip:alice@ringback.local',
    sipCallId: 'x',
    direction,
    remote: { uri: 'sip:bob@ringback.local' },
    startedAt: 0,
    endedAt: 1,
    end: given,
    seen: false,
  });

  it('does not count a call answered elsewhere, declined here or made by oneself as missed', () => {
    expect(isMissed(recent('incoming', end('missed')))).toBe(true);
    expect(isMissed(recent('incoming', end('cancelled')))).toBe(true);
    expect(isMissed(recent('incoming', end('answered-elsewhere')))).toBe(false);
    expect(isMissed(recent('incoming', end('declined', { by: 'here' })))).toBe(false);
    expect(isMissed(recent('outgoing', end('no-answer')))).toBe(false);
  });

  it('names direction and outcome', () => {
    expect(recentWords(recent('incoming', end('completed')))).toEqual({ kind: 'incoming', text: 'Incoming' });
    expect(recentWords(recent('outgoing', end('busy')))).toEqual({ kind: 'failed', text: 'Busy' });
    expect(recentWords(recent('incoming', end('answered-elsewhere'))).text).toBe('Answered elsewhere');
  });
});

describe('the status line of a call', () => {
  it.each([
    [{}, 'Connected'],
    [{ hold: { here: true, there: false } }, 'You put Bob on hold'],
    [{ hold: { here: false, there: true } }, 'Bob put you on hold'],
    [{ hold: { here: true, there: true } }, 'On hold on both sides'],
    [{ reconnecting: true }, 'Reconnecting…'],
    [{ media: { state: 'interrupted' as const } }, 'Reconnecting…'],
    [{ media: { state: 'connecting' as const } }, 'Connecting audio…'],
    [{ state: 'ringing' as const }, 'Ringing…'],
  ])('%o reads "%s"', (change, line) => {
    expect(statusLine({ ...connectedCall, ...change }, 'Bob')).toBe(line);
  });
});

it('tells the four microphone errors apart', () => {
  expect(microphoneWords('NotAllowedError', 'denied').headline).toBe('Microphone is blocked for this site');
  expect(microphoneWords('NotAllowedError', 'prompt').headline).toBe('You dismissed the request');
  expect(microphoneWords('NotFoundError', 'granted').headline).toBe('No microphone found');
  expect(microphoneWords('NotReadableError', 'granted').headline).toBe('Another app is using the microphone');
});

describe('why an account is not online', () => {
  const account = { id: 'sip:alice@example.com', server: 'wss://pbx.example.com/ws' };

  it('puts a wrong password at the password field', () => {
    expect(problemWords({ kind: 'wrong-credentials', status: 401 }, account, 0)).toMatchObject({
      headline: 'Wrong username or password',
      field: 'password',
      action: 'edit',
    });
  });

  it('asks for a new link where a link’s login is gone, for there is no password to correct', () => {
    const words = problemWords({ kind: 'revoked', status: 401 }, account, 0);
    expect(words.headline).toBe('This device is not signed in any more');
    expect(words.hint).toContain('new sign-in link');
    expect(words.field).toBeUndefined();
  });

  it('counts down to the next try', () => {
    const words = problemWords({ kind: 'unreachable', retryAt: 10_500 }, account, 6_000);
    expect(words).toMatchObject({
      headline: 'No connection to pbx.example.com',
      hint: 'Trying again in 5 s.',
      action: 'retry',
    });
    expect(problemWords({ kind: 'no-such-account', status: 404 }, account, 0).headline).toBe(
      'No such account at example.com',
    );
  });
});
