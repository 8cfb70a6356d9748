import { describe, expect, test } from '@jest/globals';
import { parseChoice } from './choice.js';
import { UsageError } from './usage-error.js';

describe('parseChoice', () => {
  test('takes a listed word as it is written', () => {
    expect(parseChoice('--optimizer', 'adam', ['sgd', 'adam'])).toBe('adam');
  });

  test('refuses another and lists what it takes', () => {
    expect(() => parseChoice('--optimizer', 'Adam', ['sgd', 'adam'])).toThrow(
      new UsageError("--optimizer: 'Adam' given; accepted: sgd, adam"),
    );
  });
});
