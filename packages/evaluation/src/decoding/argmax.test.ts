import { describe, expect, test } from '@jest/globals';
import { argmax } from './argmax.js';
import { threshold } from './threshold.js';

describe('argmax', () => {
  test('the lowest id wins a tie, in either layout', () => {
    expect(Array.from(argmax([0.2, 0.5, 0.8, 0.5], 2))).toEqual([1, 0]);
    expect(Array.from(argmax([0.2, 0.8, 0.5, 0.5], 2, 'interleaved'))).toEqual([1, 0]);
  });

  test('takes scores of any sign and more than 256 classes', () => {
    expect(Array.from(argmax([-3, -1, -2], 3))).toEqual([1]);
    expect(Array.from(argmax(new Float32Array(300).fill(-1, 0, 299), 300))).toEqual([299]);
    expect(Array.from(argmax([-Infinity, -Infinity], 2))).toEqual([0]);
  });

  test.each([
    [[0.5, NaN], 2],
    [[NaN, 0.5], 2],
    [[NaN], 1],
  ])('refuses NaN in %p', (scores, numClasses) => {
    expect(() => argmax(scores, numClasses)).toThrow('scores hold NaN for class');
  });

  test('refuses scores that do not divide into classes', () => {
    expect(() => argmax([1, 2, 3], 2)).toThrow('scores hold 3 numbers; expected a multiple of 2 classes');
  });
});

describe('threshold', () => {
  test('a probability that equals the threshold is background, or foreground when asked for', () => {
    expect(Array.from(threshold([0.2, 0.5, 0.8]))).toEqual([0, 0, 1]);
    expect(Array.from(threshold([0.2, 0.5, 0.8], 0.5, { inclusive: true }))).toEqual([0, 1, 1]);
    expect(() => threshold([NaN])).toThrow('probabilities hold NaN at pixel 0');
  });
});
