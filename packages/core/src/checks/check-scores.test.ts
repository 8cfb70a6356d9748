import { expect, test } from '@jest/globals';
import { checkScores } from './check-scores.js';

test('finite logits and probabilities in 0…1 are accepted', () => {
  expect(() => checkScores([-1e300, 0, 7], 'logits')).not.toThrow();
  expect(() => checkScores([0, 0.5, 1], 'probabilities')).not.toThrow();
});

test.each([NaN, Infinity, -Infinity])('%p is no logit', (value) => {
  expect(() => checkScores([0, value, value], 'logits')).toThrow(
    new RangeError(`logits hold ${value} at index 1 (wrong values: 2); expected finite numbers`),
  );
});

test.each([NaN, -0.1, 1.1])('%p is no probability', (value) => {
  expect(() => checkScores([value, 0.5], 'probabilities')).toThrow(
    new RangeError(`probabilities hold ${value} at index 0 (wrong values: 1); expected numbers in 0…1`),
  );
});
