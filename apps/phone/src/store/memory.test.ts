import { expect, it } from 'vitest';
import { memoryIn } from './memory.ts';

it('forgets where the browser lets the site keep nothing', () => {
  const memory = memoryIn(() => {
    throw new DOMException('Access is denied', 'SecurityError');
  });
  memory.write('a', '1');
  expect(memory.read('a')).toBeNull();
});
