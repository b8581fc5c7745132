import { expect, test } from 'vitest';
import { Turns } from './turn.ts';

function setUp() {
  const logged: string[] = [];
  const told: string[] = [];
  const turns = new Turns((_level, event) => logged.push(event));
  return { turns, told, logged };
}

test('listeners are told when the outermost step is complete, in order (trap 4.11 #137)', () => {
  const { turns, told } = setUp();
  turns.run(() => {
    turns.after(() => told.push('first'));
    turns.run(() => turns.after(() => told.push('second')));
    told.push('work');
  });
  expect(told).toEqual(['work', 'first', 'second']);
});

test('a listener that acts starts a turn of its own, and what it causes is told after what was waiting', () => {
  const { turns, told } = setUp();
  turns.run(() => {
    turns.after(() => {
      turns.run(() => turns.after(() => told.push('caused')));
      told.push('first');
    });
    turns.after(() => told.push('second'));
  });
  expect(told).toEqual(['first', 'second', 'caused']);
});

test('a listener that throws is logged, and the next one still hears (trap 4.11 #137)', () => {
  const { turns, told, logged } = setUp();
  turns.after(() => {
    throw new Error('listener');
  });
  turns.after(() => told.push('next'));
  expect(told).toEqual(['next']);
  expect(logged).toEqual(['listener-threw']);
});

test('a step that throws still has its events told', () => {
  const { turns, told } = setUp();
  expect(() =>
    turns.run(() => {
      turns.after(() => told.push('event'));
      throw new TypeError('misuse');
    }),
  ).toThrow(TypeError);
  expect(told).toEqual(['event']);
});
