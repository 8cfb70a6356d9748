import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { belowOne, nonNegative, parseNumber, parseWholeNumber, positive } from './number.js';
import { UsageError } from './usage-error.js';

describe('parseWholeNumber', () => {
  test('reads every whole number as written', () => {
    fc.assert(
      fc.property(fc.nat(Number.MAX_SAFE_INTEGER), (value) => {
        expect(parseWholeNumber('--seed', String(value), 0)).toBe(value);
      }),
    );
  });

  test.each(['', '-1', '1.5', '1e3', '0x10', ' 3', '9007199254740993', 'ten', 'NaN'])(
    'refuses %j',
    (text) => {
      expect(() => parseWholeNumber('--seed', text, 0)).toThrow(UsageError);
    },
  );

  test('refuses what is below the minimum, and says so', () => {
    expect(parseWholeNumber('--epochs', '1', 1)).toBe(1);
    expect(() => parseWholeNumber('--epochs', '0', 1)).toThrow(
      "--epochs: '0' given; accepted: a whole number of at least 1",
    );
  });

  test('refuses what is above the maximum, and says so', () => {
    expect(parseWholeNumber('--seed', '9', 0, 9)).toBe(9);
    expect(() => parseWholeNumber('--seed', '10', 0, 9)).toThrow(
      "--seed: '10' given; accepted: a whole number from 0 to 9",
    );
  });
});

describe('parseNumber', () => {
  test.each([
    ['0.001', 0.001],
    ['1e-3', 0.001],
    ['.5', 0.5],
    ['2.', 2],
  ])('reads %j', (text, expected) => {
    expect(parseNumber('--lr', text, positive)).toBe(expected);
  });

  test.each(['', 'Infinity', '1e999', '0x1', '1,5', 'NaN'])('refuses %j', (text) => {
    expect(() => parseNumber('--lr', text, nonNegative)).toThrow(UsageError);
  });

  test('holds the ends of the intervals apart', () => {
    expect(() => parseNumber('--lr', '0', positive)).toThrow("--lr: '0' given; accepted: a number above 0");
    expect(parseNumber('--weight-decay', '0', nonNegative)).toBe(0);
    expect(() => parseNumber('--weight-decay', '-1e-9', nonNegative)).toThrow(UsageError);
    expect(parseNumber('--momentum', '0', belowOne)).toBe(0);
    expect(() => parseNumber('--momentum', '1', belowOne)).toThrow(UsageError);
  });
});
