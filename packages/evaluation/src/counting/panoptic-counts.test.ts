import { describe, expect, test } from '@jest/globals';
import {
  classPanopticQuality,
  panopticQuality,
  recognitionQuality,
  segmentationQuality,
} from '../metrics/panoptic-quality.js';
import { PanopticCounts } from './panoptic-counts.js';

const labels = { classes: [0, 0, 0, 0, 1, 1, 255, 255], instances: [1, 1, 1, 2, 1, 1, 0, 0] };

describe('PanopticCounts', () => {
  test('the labels as predictions score 1', () => {
    const counts = new PanopticCounts({ numClasses: 2, ignoreIndex: 255 }).add(labels, labels);
    expect([panopticQuality, segmentationQuality, recognitionQuality].map(({ of }) => of(counts))).toEqual([
      1, 1, 1,
    ]);
  });

  test('matches above one half, and counts what is left on both sides', () => {
    const predictions = { classes: [0, 0, 0, 0, 1, 0, 0, 0], instances: [1, 1, 9, 9, 1, 7, 8, 8] };
    const counts = new PanopticCounts({ numClasses: 2, ignoreIndex: 255 }).add(labels, predictions);
    // Class 0: segment 1 at 2/3; segment 2 and the predicted 9 share half: no match. 7 is invented; 8 lies on void.
    // Class 1: one pixel of two is exactly one half: no match.
    expect(classPanopticQuality.of(counts)).toEqual([2 / 3 / (1 + 1 / 2 + 1), 0]);
    expect(counts.toJSON()).toMatchObject({
      matches: [[0, 2, 3, 1]],
      falsePositives: [2, 1],
      falseNegatives: [1, 1],
    });
  });

  test('pixels predicted on void are not in the union', () => {
    const counts = new PanopticCounts({ numClasses: 1, ignoreIndex: 255 }).add(
      { classes: [0, 0, 255], instances: [1, 1, 0] },
      { classes: [0, 0, 0], instances: [1, 1, 1] },
    );
    expect(panopticQuality.of(counts)).toBe(1);
  });

  test('merges in any order to the same bytes', () => {
    const make = (instances: number[]) =>
      new PanopticCounts({ numClasses: 2, ignoreIndex: 255 }).add(labels, {
        classes: labels.classes,
        instances,
      });
    const [a, b, c] = [
      make([1, 1, 1, 1, 1, 1, 1, 1]),
      make([1, 2, 2, 2, 1, 1, 1, 1]),
      make(labels.instances),
    ];
    const bytes = JSON.stringify(a.merge(b).merge(c));
    expect(JSON.stringify(c.merge(b.merge(a)))).toBe(bytes);
    expect(JSON.stringify(PanopticCounts.fromJSON(JSON.parse(bytes)))).toBe(bytes);
    expect(() => a.merge(new PanopticCounts({ numClasses: 2 }))).toThrow('that ignore [255] and []');
  });

  test('an unknown class is refused and nothing is counted', () => {
    const counts = new PanopticCounts({ numClasses: 1 });
    const wrong = { classes: [0, 3], instances: [0, 0] };
    expect(() => counts.add(wrong, wrong)).toThrow('labels: class 3 at pixel 1; expected 0 to 0');
    expect(counts.toJSON()).toMatchObject({ falseNegatives: [0], matches: [] });
  });
});
