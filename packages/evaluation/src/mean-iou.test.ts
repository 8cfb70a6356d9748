import { describe, expect, test } from '@jest/globals';
import * as fastCheck from 'fast-check';
import { ConfusionMatrix } from './confusion-matrix.js';
import { meanIou, type MeanIouOptions } from './mean-iou.js';

const numClasses = 4;
const pixels = fastCheck.array(
  fastCheck.tuple(fastCheck.nat(numClasses - 1), fastCheck.nat(numClasses - 1)),
  {
    minLength: 1,
  },
);

function counted(pairs: readonly (readonly [number, number])[]): ConfusionMatrix {
  return new ConfusionMatrix({ numClasses }).add(
    pairs.map(([label]) => label),
    pairs.map(([, prediction]) => prediction),
  );
}

describe('meanIou', () => {
  test('does not depend on how the classes are numbered', () => {
    fastCheck.assert(
      fastCheck.property(
        pixels,
        fastCheck.shuffledSubarray([0, 1, 2, 3], { minLength: numClasses }),
        (pairs, renumbering) => {
          const renumbered = pairs.map(
            ([label, prediction]) => [renumbering[label]!, renumbering[prediction]!] as const,
          );
          expect(meanIou(counted(renumbered))).toBeCloseTo(meanIou(counted(pairs)), 12);
        },
      ),
    );
  });

  test('is 1 for perfect predictions and not above 1 for any', () => {
    fastCheck.assert(
      fastCheck.property(pixels, (pairs) => {
        expect(meanIou(counted(pairs.map(([label]) => [label, label])))).toBe(1);
        expect(meanIou(counted(pairs))).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('a list leaves a class out of the mean, not out of the counts', () => {
    // Class 0 has IoU 1/2, class 1 IoU 1/2: the false positive on background stays one.
    const confusion = counted([
      [0, 0],
      [0, 1],
      [1, 1],
    ]);
    expect(meanIou(confusion, { classes: [1] })).toBe(0.5);
  });

  test.each([
    [{ classes: 'some' }, "classes is some; expected 'all', 'present' or a list of class ids"],
    [{ classes: [] }, 'classes is an empty list'],
    [{ classes: [0, 4] }, 'classes holds 4; expected class ids, 0 to 3'],
    [{ classes: [1, 2, 1] }, 'classes holds 1 twice'],
    [{ absent: 'nan' }, 'absent is nan; expected one of skip, one, zero, undefined'],
  ])('refuses %p', (options, message) => {
    expect(() => meanIou(counted([[0, 0]]), options as MeanIouOptions)).toThrow(new RegExp(message));
    expect(() => meanIou(counted([[0, 0]]), options as MeanIouOptions)).toThrow(RangeError);
  });
});
