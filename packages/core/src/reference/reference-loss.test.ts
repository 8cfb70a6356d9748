import { expect, test } from '@jest/globals';
import type { LossName } from '../backend/loss-call.js';
import { binaryLosses } from '../backend/loss-call.js';
import { lossesByName } from '../losses/losses-by-name.js';
import { referenceLoss } from './reference-loss.js';

const input = { data: [2, -1, 0, 1, 0.5, 0], shape: [3, 2] };
const labels = { data: [0, 1, 255], shape: [3] };

test('returns the value, and a gradient of the shape of the input', () => {
  const { value, gradient } = referenceLoss('lovasz-softmax', input, labels, { ignoreIndex: 255 });
  expect(value).toBeGreaterThan(0);
  expect(gradient.shape).toEqual([3, 2]);
  expect(gradient.data[0]).toBeLessThan(0);
  expect(gradient.data[1]).toBeGreaterThan(0);
});

test.each(Object.keys(lossesByName) as LossName[])('%s refuses wrong values', (name) => {
  // Two points of a binary problem, or one point and two classes.
  const shape = binaryLosses.has(name) ? [2] : [1, 2];
  const target = { data: binaryLosses.has(name) ? [0, 1] : [0], shape: shape.slice(0, 1) };
  const wrongTarget = { ...target, data: target.data.with(0, 37) };
  expect(referenceLoss(name, { data: [1, 2], shape }, target).gradient.shape).toEqual(shape);
  expect(() => referenceLoss(name, { data: [1, NaN], shape }, target)).toThrow(/logits hold NaN at index 1/);
  expect(() => referenceLoss(name, { data: [1, 2], shape }, wrongTarget)).toThrow(
    'labels hold 37 (pixels: 1); accepted: 0…1; no ignoreIndex is set',
  );
});

test('probabilities must lie in 0…1', () => {
  expect(() => referenceLoss('lovasz-softmax', input, labels, { input: 'probabilities' })).toThrow(
    /probabilities hold 2 at index 0/,
  );
});

test('an unknown loss is named with those there are', () => {
  expect(() => referenceLoss('dice' as LossName, input, labels)).toThrow(
    /unknown loss "dice"; accepted: cross-entropy, lovasz-softmax, /,
  );
});

test('shapes that do not fit are named before labels are judged', () => {
  expect(() => referenceLoss('lovasz-softmax', input, { data: [0, 37], shape: [2] })).toThrow(
    new RangeError('labels of shape [2] for logits of shape [3, 2]; expected shape [3]'),
  );
});
