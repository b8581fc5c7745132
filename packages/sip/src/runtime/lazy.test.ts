import { expect, test } from 'vitest';
import { LazyMap, LazySet } from './lazy.ts';

test('a lazy map is a map, empty again after the last is taken out', () => {
  const map = new LazyMap<string, number>();
  expect([map.size, map.get('a'), map.has('a'), map.delete('a'), [...map.keys()], [...map.values()]]).toEqual([
    0,
    undefined,
    false,
    false,
    [],
    [],
  ]);
  map.set('a', 1);
  map.set('b', 2);
  map.set('a', 3);
  expect([map.size, map.get('a'), map.has('b'), [...map.keys()], [...map.values()]]).toEqual([
    2,
    3,
    true,
    ['a', 'b'],
    [3, 2],
  ]);
  expect([map.delete('a'), map.delete('a'), map.delete('b'), map.size]).toEqual([true, false, true, 0]);
  map.set('c', 4);
  map.clear();
  expect([map.size, map.has('c')]).toEqual([0, false]);
});

test('a lazy set is a set, and may lose its last member while it is gone through', () => {
  const set = new LazySet<string>();
  expect([set.size, set.has('a'), set.delete('a'), [...set]]).toEqual([0, false, false, []]);
  for (const each of ['a', 'b', 'a']) set.add(each);
  expect([set.size, set.has('b'), [...set]]).toEqual([2, true, ['a', 'b']]);
  const seen: string[] = [];
  for (const each of set) {
    seen.push(each);
    set.delete(each);
  }
  expect([seen, set.size, [...set]]).toEqual([['a', 'b'], 0, []]);
});
