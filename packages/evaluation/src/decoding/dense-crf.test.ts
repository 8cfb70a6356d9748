import { describe, expect, test } from '@jest/globals';
import { randomUnit } from '../sampling/random.js';
import { denseCrf, type CrfKernel } from './dense-crf.js';
import type { ScoreMap } from './score-map.js';

const [width, height, numClasses] = [24, 18, 3];
const pixels = width * height;

/** Three regions of different colour, with noisy probabilities. */
const isRegion = (pixel: number, id: number) => Math.floor((pixel % width) / 8) === id;
const rgb = Array.from({ length: 3 * pixels }, (_, at) => {
  const pixel = Math.floor(at / 3);
  return 40 + 80 * Math.floor((pixel % width) / 8) + 20 * randomUnit(1, at);
});
const probabilities: ScoreMap = (() => {
  const raw = Array.from({ length: numClasses * pixels }, (_, at) => {
    const [id, pixel] = [Math.floor(at / pixels), at % pixels];
    return 0.3 + 0.25 * Number(isRegion(pixel, id)) + 0.45 * randomUnit(2, at);
  });
  const data = raw.map((each, at) => {
    const sum = [0, 1, 2].reduce((all, id) => all + raw[id * pixels + (at % pixels)]!, 0);
    return each / sum;
  });
  return { width, height, numClasses, data };
})();

/** Mean field by its definition, over all pairs of pixels, in float64. */
function meanField(kernels: readonly CrfKernel[], iterations: number): number[][] {
  const weightOf = ({ distance, color }: CrfKernel, i: number, j: number) => {
    const [dx, dy] = [(i % width) - (j % width), Math.floor(i / width) - Math.floor(j / width)];
    let square = (dx * dx + dy * dy) / distance ** 2;
    if (color !== undefined) {
      for (let channel = 0; channel < 3; channel++)
        square += ((rgb[3 * i + channel]! - rgb[3 * j + channel]!) / color) ** 2;
    }
    return Math.exp(-square / 2);
  };
  const all = Array.from({ length: pixels }, (_, pixel) => pixel);
  const matrices = kernels.map((kernel) => {
    const matrix = all.map((i) => all.map((j) => weightOf(kernel, i, j)));
    const sums = matrix.map((row) => row.reduce((sum, value) => sum + value, 0));
    return matrix.map((row, i) =>
      row.map((value, j) => (kernel.weight * value) / Math.sqrt(sums[i]! * sums[j]!)),
    );
  });
  let q = all.map((pixel) => [0, 1, 2].map((id) => probabilities.data[id * pixels + pixel]!));
  const unary = q.map((row) => row.map(Math.log));
  for (let iteration = 0; iteration < iterations; iteration++) {
    q = all.map((i) => {
      const logits = [0, 1, 2].map((id) => {
        let sum = unary[i]![id]!;
        for (const matrix of matrices) for (const j of all) sum += matrix[i]![j]! * q[j]![id]!;
        return sum;
      });
      const exponentials = logits.map(Math.exp);
      return exponentials.map((each) => each / exponentials.reduce((sum, value) => sum + value, 0));
    });
  }
  return q;
}

const kernels = [
  { distance: 2, weight: 1 },
  { distance: 12, color: 20, weight: 2 },
];
const image = { channels: 3, data: rgb };
const differences = (data: ArrayLike<number>, expected: readonly number[][]) =>
  Array.from(data, (value, at) => Math.abs(value - expected[at % pixels]![Math.floor(at / pixels)]!));

describe('denseCrf', () => {
  test('with exact sums is mean field by its definition', () => {
    const { data } = denseCrf(probabilities, image, { kernels, iterations: 3, filter: 'exact' });
    expect(Math.max(...differences(data, meanField(kernels, 3)))).toBeLessThan(1e-6);
  });

  test('on the lattice is close to it: 0.01 in the mean, 0.1 at the worst pixel, and the same labels', () => {
    const { data } = denseCrf(probabilities, image, { kernels, iterations: 3 });
    const expected = meanField(kernels, 3);
    const off = differences(data, expected);
    expect(off.reduce((sum, each) => sum + each, 0) / off.length).toBeLessThan(0.01);
    expect(Math.max(...off)).toBeLessThan(0.1);
  });

  test('cleans noise along the edges of the image', () => {
    const hits = ({ data }: ScoreMap) =>
      Array.from({ length: pixels }, (_, pixel) => {
        const scores = [0, 1, 2].map((id) => data[id * pixels + pixel]!);
        return isRegion(pixel, scores.indexOf(Math.max(...scores)));
      }).filter(Boolean).length / pixels;
    expect(hits(denseCrf(probabilities, image))).toBeGreaterThan(hits(probabilities) + 0.1);
  });

  test('without kernels or iterations probabilities stay', () => {
    const off = (map: ScoreMap) =>
      Math.max(...Array.from(map.data, (value, at) => Math.abs(value - probabilities.data[at]!)));
    expect(off(denseCrf(probabilities, image, { iterations: 0 }))).toBeLessThan(1e-6);
    expect(off(denseCrf(probabilities, undefined, { kernels: [] }))).toBeLessThan(1e-6);
  });

  test('refuses a missing image, another size, and options out of range', () => {
    expect(() => denseCrf(probabilities)).toThrow('a kernel has a colour; expected an image');
    expect(() => denseCrf(probabilities, { channels: 3, data: [1] })).toThrow(
      'image holds 1 numbers; expected 18 × 24 × 3',
    );
    expect(() => denseCrf(probabilities, image, { kernels: [{ distance: 0, weight: 1 }] })).toThrow(
      'distance is 0',
    );
    expect(() => denseCrf(probabilities, image, { iterations: -1 })).toThrow('iterations is -1');
    expect(() => denseCrf({ ...probabilities, width: 1 }, image)).toThrow('expected 3 classes × 18 × 1');
  });
});
