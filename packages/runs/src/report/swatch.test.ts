import { expect, test } from '@jest/globals';
import { swatch } from './swatch.js';

test('swatch has the colour of the class', () => {
  expect(swatch([10, 20, 30]).html).toContain('background: rgb(10 20 30)');
});
