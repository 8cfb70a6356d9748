import { describe, expect, test } from '@jest/globals';
import { refuse, UsageError } from './usage-error.js';

describe('refuse', () => {
  test('names the option, what was given and what is accepted', () => {
    expect(() => refuse('--size', 'big', 'WIDTHxHEIGHT')).toThrow(
      new UsageError("--size: 'big' given; accepted: WIDTHxHEIGHT"),
    );
  });
});
