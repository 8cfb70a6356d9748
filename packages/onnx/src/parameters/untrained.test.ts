import { expect, test } from '@jest/globals';
import { describeUntrained } from './untrained.js';

test('every parameter that is not trained is named, by its reason', () => {
  const of = (names: string, reason: string) => [...names].map((name) => ({ name, reason }));
  expect(describeUntrained([...of('abcde', 'its branch is unused'), ...of('f', 'it is a mask')])).toEqual([
    'not trained: a, b, c, d, e: its branch is unused',
    'not trained: f: it is a mask',
  ]);
  expect(describeUntrained([])).toEqual([]);
});
