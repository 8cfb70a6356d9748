import { expect, test } from '@jest/globals';
import { countLabels } from './count-labels.js';

test('pixels of each class, without the ignored ones', () => {
  expect(countLabels(Uint8Array.of(0, 1, 1, 255, 3), { classCount: 4, ignoreIndex: 255 })).toEqual(
    Float64Array.of(1, 2, 0, 1),
  );
  expect(countLabels([0, 1, 1], { classCount: 2, ignoreIndex: 1 })).toEqual(Float64Array.of(1, 0));
});

test('a label that is no class is refused', () => {
  expect(() => countLabels([0, 7], { classCount: 2 })).toThrow(/labels hold 7 \(pixels: 1\); accepted: 0…1/);
});
