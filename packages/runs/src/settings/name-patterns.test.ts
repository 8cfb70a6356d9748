import { describe, expect, test } from '@jest/globals';
import { namePatterns } from './name-patterns.js';
import { UsageError } from './usage-error.js';

describe('namePatterns', () => {
  test('a star stands for any text, all else for itself', () => {
    const { matches } = namePatterns('--frozen', ['encoder.*', '*.bias', 'a+b[0]']);
    expect(['encoder.0.weight', 'head.bias', 'a+b[0]', 'encoder.'].every(matches)).toBe(true);
    expect(['encoderx0', 'head.bias2', 'aab[0]', 'my.encoder.0', ''].some(matches)).toBe(false);
  });

  test('a pattern that nothing matched is refused by name', () => {
    const patterns = namePatterns('--frozen', ['encoder.*', 'haed.*']);
    patterns.matches('encoder.0');
    patterns.matches('head.0');
    expect(() => patterns.refuseIdle()).toThrow(UsageError);
    expect(() => patterns.refuseIdle()).toThrow(
      "--frozen: 'haed.*' given; accepted: names of parameters (* stands for any text): encoder.0, head.0",
    );
    patterns.matches('haed.0');
    expect(() => patterns.refuseIdle()).not.toThrow();
  });
});
