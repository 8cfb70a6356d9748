import { describe, expect, test } from '@jest/globals';
import { parseSize } from './size.js';

describe('parseSize', () => {
  test('reads the width first', () => {
    expect(parseSize('--size', '240x180')).toEqual({ width: 240, height: 180 });
  });

  test.each(['', '240', '0x180', '240x0', '240X180', '240x180x3', '-240x180', '1.5x2', 'x'])(
    'refuses %j',
    (text) => {
      expect(() => parseSize('--crop', text)).toThrow(`--crop: '${text}' given; accepted: WIDTHxHEIGHT`);
    },
  );
});
