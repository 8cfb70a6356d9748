import { expect, test } from '@jest/globals';
import { alignColumns } from './align-columns.js';

test('columns stand below each other, without blanks at the end', () => {
  expect(
    alignColumns(
      [
        ['a', '1', 'x'],
        ['long', '23', ''],
      ],
      'lr',
    ),
  ).toEqual(['a      1  x', 'long  23']);
  expect(alignColumns([])).toEqual([]);
});
