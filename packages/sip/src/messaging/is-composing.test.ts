import { expect, test } from 'vitest';
import { utf8Encode } from '../runtime/index.ts';
import { VirtualClock } from '../testing/index.ts';
import { composer, composingWatch, type IsComposing, readIsComposing, writeIsComposing } from './index.ts';

const read = (text: string) => readIsComposing(utf8Encode(text));
const document = (inner: string) => `<isComposing xmlns="urn:ietf:params:xml:ns:im-iscomposing">${inner}</isComposing>`;

test('reads the status and what it adds; a state it does not know is idle (RFC 3994 §3.4, §3.5, §5)', () => {
  const status = {
    state: 'active',
    lastActive: '2026-01-27T10:43:00Z',
    contentType: 'text/plain',
    refresh: 90,
  } as const;
  expect(read(writeIsComposing(status))).toEqual(status);
  expect(read(document('<state>thinking</state>'))).toEqual({ state: 'idle' });
  expect(read(document('<state>active</state><x xmlns="urn:x">idle</x><refresh>0</refresh>'))).toEqual({
    state: 'active',
  });
});

test.each([
  'text',
  document(''),
  '<isComposing><state>idle</state></isComposing>',
  `<!DOCTYPE a>${document('<state>idle</state>')}`,
])('what is no status is nothing: %j', (text) => {
  expect(read(text)).toBeUndefined();
});

function compose(answers: (number | Error)[] = []) {
  const clock = new VirtualClock();
  const sent: (readonly [at: number, IsComposing])[] = [];
  const keys = composer({
    clock,
    send: async (status) => {
      sent.push([clock.now() / 1000, status]);
      const answer = answers.shift() ?? 200;
      if (typeof answer !== 'number') throw answer;
      return { status: answer };
    },
  });
  return { clock, sent, keys };
}

const active = { state: 'active', refresh: 120 } as const;
const idle = { state: 'idle' } as const;

test('one active at the first key, idle after 15 s without one, active again at the next (RFC 3994 §3.2)', () => {
  const { clock, sent, keys } = compose();
  keys.composing();
  clock.advance(14_000);
  keys.composing();
  clock.advance(20_000);
  expect(sent).toEqual([
    [0, active],
    [29, idle],
  ]);
  keys.composing();
  expect(sent.at(-1)).toEqual([34, active]);
  keys.close();
  expect(clock.pendingTimers).toBe(0);
});

test('who writes on says so every 120 s, and after the message there is neither idle nor timer (RFC 3994 §3.2)', () => {
  const { clock, sent, keys } = compose();
  for (let second = 0; second < 250; second += 10) {
    keys.composing();
    clock.advance(10_000);
  }
  expect(sent).toEqual([
    [0, active],
    [120, active],
    [240, active],
  ]);
  keys.sent();
  expect(clock.pendingTimers).toBe(0);
  clock.advance(300_000);
  expect(sent).toHaveLength(3);
  keys.composing();
  expect(sent).toHaveLength(4);
  keys.close();
});

test('after a 415 no status is sent any more, and the chat goes on; other failures change nothing (RFC 3994 §4, trap 4.9 #119)', async () => {
  const { clock, sent, keys } = compose([503, new Error('lost'), 415]);
  for (const count of [1, 2, 3, 3]) {
    keys.composing();
    await clock.advanceSettled(0);
    keys.sent();
    expect(sent).toHaveLength(count);
  }
  expect(clock.pendingTimers).toBe(0);
});

test('the other side is active until it says otherwise, sends a message, or is silent for its refresh or 120 s (RFC 3994 §3.3)', () => {
  const clock = new VirtualClock();
  const seen: (readonly [at: number, boolean])[] = [];
  const watch = composingWatch(clock, (composing) => seen.push([clock.now() / 1000, composing]));
  watch.status({ state: 'active' });
  clock.advance(100_000);
  watch.status({ state: 'active' });
  clock.advance(130_000);
  watch.status({ state: 'active', refresh: 60 });
  clock.advance(70_000);
  watch.status(active);
  watch.status(idle);
  watch.status(idle);
  watch.status(active);
  watch.message();
  watch.message();
  expect(seen).toEqual([
    [0, true],
    [220, false],
    [230, true],
    [290, false],
    [300, true],
    [300, false],
    [300, true],
    [300, false],
  ]);
  watch.status(active);
  watch.close();
  expect(clock.pendingTimers).toBe(0);
});
