import { describe, expect, test } from '@jest/globals';
import { sampleEvaluation } from '../events/sample-run.fixture.js';
import { checkReportData, type GalleryItem, type ReportData } from './report-data.js';

const item: GalleryItem = {
  id: 'street',
  width: 2,
  height: 1,
  image: new Uint8Array(6),
  labels: Uint8Array.of(1, 255),
  predictions: [{ name: 'run', labels: Uint8Array.of(0, 1) }],
};
const valid: ReportData = {
  title: 'title',
  runs: [{ name: 'run', events: [sampleEvaluation(1, [0.5, 0.5])] }],
  classes: ['background', 'disc'],
  colors: [
    [0, 0, 0],
    [9, 9, 9],
  ],
  gallery: [item],
  ignoreIndex: 255,
};

describe('checkReportData', () => {
  test('takes data that fits', () => {
    expect(() => checkReportData(valid)).not.toThrow();
  });

  const withItem = (change: Partial<GalleryItem>): Partial<ReportData> => ({
    gallery: [{ ...item, ...change }],
  });
  test.each<[Partial<ReportData>, string]>([
    [{ runs: [] }, 'runs: none given; expected at least one'],
    [{ colors: [[0, 0, 0]] }, 'colors: 1 given; expected one for each of 2 classes'],
    [
      {
        classes: ['a', 'b', 'c'],
        colors: [
          [0, 0, 0],
          [1, 1, 1],
          [2, 2, 2],
        ],
      },
      "runs: 'run' has the IoU of 2 classes at step 2; expected 3",
    ],
    [withItem({ width: 0 }), "gallery: 'street' is 0×1; expected positive whole numbers"],
    [withItem({ width: 1.5, height: 2 }), "gallery: 'street' is 1.5×2; expected positive whole numbers"],
    [withItem({ image: new Uint8Array(8) }), "gallery: 'street' has an image of 8 bytes; expected 6 for 2×1"],
    [withItem({ labels: new Uint8Array(3) }), "gallery: 'street' has labels of 3 bytes; expected 2 for 2×1"],
    [
      withItem({ labels: Uint8Array.of(0, 7) }),
      "gallery: 'street' has labels of class 7; expected 0 to 1 or 255, ignored",
    ],
    [
      withItem({ predictions: [{ name: 'run', labels: new Uint8Array(1) }] }),
      "gallery: 'street' has a prediction by 'run' of 1 bytes; expected 2 for 2×1",
    ],
    [
      withItem({ predictions: [{ name: 'run', labels: Uint8Array.of(0, 255) }] }),
      "gallery: 'street' has a prediction by 'run' of class 255; expected 0 to 1",
    ],
  ])('refuses %j', (change, message) => {
    expect(() => checkReportData({ ...valid, ...change })).toThrow(new RangeError(message));
  });
});
