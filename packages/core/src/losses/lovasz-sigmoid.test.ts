import { expect, test } from '@jest/globals';
import { referenceLoss } from '../reference/reference-loss.js';

const points = (...data: number[]) => ({ data, shape: [data.length] });

test('known value and gradient', () => {
  // Errors 0.9 (background), 0.8 (foreground): weights 1/2, 1/2.
  const { value, gradient } = referenceLoss('lovasz-sigmoid', points(0.9, 0.2), points(0, 1), {
    input: 'probabilities',
  });
  expect(value).toBeCloseTo(0.85, 15);
  expect(Array.from(gradient.data)).toEqual([0.5, -0.5]);
});

test('logits go through the sigmoid', () => {
  const { value, gradient } = referenceLoss(
    'lovasz-sigmoid',
    points(Math.log(9), -Math.log(4)),
    points(0, 1),
  );
  expect(value).toBeCloseTo(0.85, 15);
  expect(gradient.data[0]).toBeCloseTo(0.5 * 0.9 * 0.1, 15);
  expect(gradient.data[1]).toBeCloseTo(-0.5 * 0.8 * 0.2, 15);
});

test('it is the softmax loss of the foreground among two classes with logits 0 and f', () => {
  const logits = [0.3, -1.2, 2.2, 0];
  const labels = [1, 0, 0, 1];
  const pairs = { data: logits.flatMap((logit) => [0, logit]), shape: [4, 2] };
  const softmax = referenceLoss('lovasz-softmax', pairs, points(...labels), { classes: [1] });
  const sigmoid = referenceLoss('lovasz-sigmoid', points(...logits), points(...labels));
  expect(sigmoid.value).toBeCloseTo(softmax.value, 14);
  sigmoid.gradient.data.forEach((entry, i) => {
    expect(entry).toBeCloseTo(softmax.gradient.data[2 * i + 1]!, 14);
  });
});

test('a batch without a valid pixel has loss 0 and gradient 0', () => {
  const { value, gradient } = referenceLoss('lovasz-sigmoid', points(3, -3), points(7, 7), {
    ignoreIndex: 7,
  });
  expect([value, ...gradient.data]).toEqual([0, 0, 0]);
});
