import { describe, expect, test } from '@jest/globals';
import * as fastCheck from 'fast-check';
import { ConfusionMatrix } from '../counting/confusion-matrix.js';
import { classDice, classIou, classPrecision, classRecall, classSpecificity } from './class-metrics.js';
import { mean, meanIou, pooled, weighted } from './means.js';
import type { ClassSelection } from './select-classes.js';

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
          expect(meanIou.of(counted(renumbered))).toBeCloseTo(meanIou.of(counted(pairs)), 12);
        },
      ),
    );
  });

  test('is 1 for perfect predictions and not above 1 for any', () => {
    fastCheck.assert(
      fastCheck.property(pixels, (pairs) => {
        expect(meanIou.of(counted(pairs.map(([label]) => [label, label])))).toBe(1);
        expect(meanIou.of(counted(pairs))).toBeLessThanOrEqual(1);
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
    expect(mean(classIou, { classes: [1] }).of(confusion)).toBe(0.5);
  });

  test.each([
    [{ classes: 'some' }, "classes is some; expected 'all', 'present', 'occurring' or a list of class ids"],
    [{ classes: [] }, 'classes is an empty list'],
    [{ classes: [0, 4] }, 'classes holds 4; expected class ids, 0 to 3'],
    [{ classes: [1, 2, 1] }, 'classes holds 1 twice'],
    [{ absent: 'nan' }, 'absent is nan; expected one of skip, one, zero, undefined, error, or a number'],
  ])('refuses %p', (options, message) => {
    expect(() => mean(classIou, options as ClassSelection).of(counted([[0, 0]]))).toThrow(
      new RegExp(message),
    );
    expect(() => mean(classIou, options as ClassSelection).of(counted([[0, 0]]))).toThrow(RangeError);
  });

  test('except leaves a class out whatever the rest of the selection', () => {
    const confusion = counted([
      [0, 0],
      [0, 1],
      [1, 1],
    ]);
    expect(mean(classIou, { classes: 'occurring', except: [0] }).of(confusion)).toBe(0.5);
    expect(() => mean(classIou, { except: [7] }).of(confusion)).toThrow(
      'except holds 7; expected class ids, 0 to 3',
    );
  });

  test('0/0 may be refused, or count as a number', () => {
    const confusion = counted([[0, 0]]);
    expect(() => mean(classIou, { absent: 'error' }).of(confusion)).toThrow('IoU of class 1 is 0/0');
    expect(mean(classIou, { absent: -1 }).of(confusion)).toBe((1 - 3) / 4);
  });

  test('says of itself over what it is taken', () => {
    expect(mean(classIou, { classes: 'occurring', except: [0], absent: 'one' })).toMatchObject({
      name: 'mean IoU',
      level: 'dataset',
      classes: 'occurring, except 0',
      absent: 'one',
    });
  });
});

describe('ratios', () => {
  test('Dice is 2 J / (1 + J), and lies between precision and recall', () => {
    fastCheck.assert(
      fastCheck.property(pixels, (pairs) => {
        const confusion = counted(pairs);
        const [iou, dice, precision, recall] = [classIou, classDice, classPrecision, classRecall].map(
          (metric) => metric.of(confusion),
        );
        for (let id = 0; id < numClasses; id++) {
          if (Number.isNaN(iou![id]!)) continue;
          expect(dice![id]).toBeCloseTo((2 * iou![id]!) / (1 + iou![id]!), 12);
          const sides = [precision![id]!, recall![id]!];
          if (sides.some(Number.isNaN)) continue;
          expect(dice![id]).toBeGreaterThanOrEqual(Math.min(...sides) - 1e-12);
          expect(dice![id]).toBeLessThanOrEqual(Math.max(...sides) + 1e-12);
        }
      }),
    );
  });

  test('pooled precision, recall and Dice are one number, and that of two classes is symmetric', () => {
    fastCheck.assert(
      fastCheck.property(pixels, (pairs) => {
        const confusion = counted(pairs);
        expect(pooled(classPrecision).of(confusion)).toBe(pooled(classRecall).of(confusion));
        expect(pooled(classDice).of(confusion)).toBeCloseTo(pooled(classRecall).of(confusion), 12);
      }),
    );
  });

  test('specificity of one of two classes is recall of the other', () => {
    const confusion = new ConfusionMatrix({ numClasses: 2 }).add([0, 0, 0, 1, 1], [0, 1, 0, 1, 0]);
    expect(classSpecificity.of(confusion)).toEqual(classRecall.of(confusion).toReversed());
  });
});

describe('weighted', () => {
  test('equal weights give the mean, a weight of 0 takes a class out', () => {
    const confusion = counted([
      [0, 0],
      [0, 1],
      [1, 1],
      [2, 0],
    ]);
    expect(weighted(classIou, { weights: [2, 2, 2, 0] }).of(confusion)).toBeCloseTo(
      mean(classIou, { classes: [0, 1, 2] }).of(confusion),
      12,
    );
    expect(() => weighted(classIou, { weights: [1] }).of(confusion)).toThrow('weights has 1 entries');
    expect(() => weighted(classIou, { weights: [-1] })).toThrow('weights holds -1');
  });
});
