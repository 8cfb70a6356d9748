import { describe, expect, test } from '@jest/globals';
import * as fastCheck from 'fast-check';
import { expectedCalibrationError, maximumCalibrationError } from '../metrics/calibration.js';
import { CalibrationCounts } from './calibration-counts.js';

const pixel = fastCheck.tuple(
  fastCheck.constantFrom(0, 1, 255),
  fastCheck.constantFrom(0, 1),
  fastCheck.float({ min: 0, max: 1, noNaN: true }),
);

function counted(pixels: readonly (readonly [number, number, number])[]) {
  return new CalibrationCounts({ bins: 4, ignoreIndex: 255 }).add(
    pixels.map(([label]) => label),
    pixels.map(([, prediction]) => prediction),
    pixels.map(([, , confidence]) => confidence),
  );
}

describe('CalibrationCounts', () => {
  test('gaps weigh by their share of the pixels', () => {
    // Bin 3: confidence 0.75 and 1, both right; bin 2: 0.5, wrong. Void is left out.
    const counts = counted([[0, 0, 0.75], [0, 0, 1], [1, 0, 0.5], [255, 0, 0.1]]); // prettier-ignore
    expect(expectedCalibrationError.of(counts)).toBeCloseTo((2 / 3) * 0.125 + (1 / 3) * 0.5, 12);
    expect(maximumCalibrationError.of(counts)).toBe(0.5);
    expect(counts.bins[0]).toEqual({ total: 0, hits: 0, confidence: NaN });
  });

  test('any order of merging gives the same bytes as one pass', () => {
    fastCheck.assert(
      fastCheck.property(fastCheck.array(pixel), fastCheck.array(pixel), (first, second) => {
        const bytes = JSON.stringify(counted([...first, ...second]));
        expect(JSON.stringify(counted(first).merge(counted(second)))).toBe(bytes);
        expect(JSON.stringify(counted(second).merge(counted(first)))).toBe(bytes);
        expect(JSON.stringify(CalibrationCounts.fromJSON(JSON.parse(bytes)))).toBe(bytes);
      }),
    );
  });

  test('refuses what is no probability, and counts nothing then', () => {
    const counts = new CalibrationCounts();
    expect(() => counts.add([0, 0], [0, 0], [0.5, 1.5])).toThrow('confidences holds 1.5 at pixel 1');
    expect(() => counts.add([0], [0], [NaN])).toThrow('confidences holds NaN');
    expect(expectedCalibrationError.of(counts)).toBeNaN();
  });
});
