import { describe, expect, test } from '@jest/globals';
import { referenceLoss } from '../reference/reference-loss.js';
import { jaccardLoss } from './jaccard-loss.js';
import { lovaszHingeSurface, lovaszSoftmaxSurface } from './loss-surfaces.js';

const groundTruths = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];
const steps = [-2.5, -1, 0.25, 0.5, 1.5, 3];

describe.each(groundTruths)('ground truth %p, %p', (...foreground) => {
  test('the hinge surface is the Lovász hinge at scores of these margins', () => {
    for (const a of steps) {
      for (const b of steps) {
        const data = [a, b].map((margin, i) => (1 - margin) * (2 * foreground[i]! - 1));
        const { value } = referenceLoss(
          'lovasz-hinge',
          { data, shape: [2] },
          { data: foreground, shape: [2] },
        );
        expect(lovaszHingeSurface(foreground, [a, b])).toBeCloseTo(value, 13);
      }
    }
  });

  test('the softmax surface is the Lovász-Softmax loss of the foreground class', () => {
    for (const a of steps) {
      for (const b of steps) {
        // Scores of the background and of the foreground, whose difference is that to the label.
        const data = [a, b].flatMap((difference, i) =>
          foreground[i] === 1 ? [0.5, 0.5 + difference] : [0.5 + difference, 0.5],
        );
        const { value } = referenceLoss(
          'lovasz-softmax',
          { data, shape: [2, 2] },
          { data: foreground, shape: [2] },
          { classes: [1] },
        );
        expect(lovaszSoftmaxSurface(foreground, [a, b])).toBeCloseTo(value, 13);
      }
    }
  });

  test('both take the values of the Jaccard loss: at margins of 0 and 1, and far out', () => {
    for (const wrong of groundTruths) {
      const expected = jaccardLoss(foreground)(wrong);
      expect(lovaszHingeSurface(foreground, wrong)).toBeCloseTo(expected, 14);
      const differences = wrong.map((each) => (each === 1 ? -40 : 40));
      expect(lovaszSoftmaxSurface(foreground, differences)).toBeCloseTo(expected, 14);
    }
  });
});

test('lengths that differ are named', () => {
  expect(() => lovaszHingeSurface([1, 0], [1])).toThrow(/^margins has 1 pixels, foreground 2/);
  expect(() => lovaszSoftmaxSurface([1, 0], [1])).toThrow(/^differences has 1 pixels, foreground 2/);
});
