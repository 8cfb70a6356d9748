import { describe, expect, test } from '@jest/globals';
import { parseInputShape } from './input-shape.js';

describe('parseInputShape', () => {
  test('reads shapes one after the other', () => {
    const first = parseInputShape('image=1x3x64x32');
    expect(first).toEqual({ image: [1, 3, 64, 32] });
    expect(parseInputShape('a=b=7', first)).toEqual({ image: [1, 3, 64, 32], 'a=b': [7] });
  });

  test.each(['image', 'image=', '=1x3', 'image=1x0', 'image=1,3', 'image=-1x3', 'image=1x'])(
    'refuses %j',
    (text) => {
      expect(() => parseInputShape(text)).toThrow(
        `--input-shape: '${text}' given; accepted: NAME=LENGTHxLENGTH…`,
      );
    },
  );

  test('refuses a second shape for the same input', () => {
    expect(() => parseInputShape('image=2x3', { image: [1, 3] })).toThrow("'image' has one already");
  });
});
