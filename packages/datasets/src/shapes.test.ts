import { describe, expect, test } from '@jest/globals';
import { shapes } from './shapes.js';

const dataset = shapes({ length: 300, seed: 3 });
const samples = await Promise.all(
  Array.from({ length: dataset.length }, (_, index) => dataset.sample(index)),
);

/** Share of the pixels of all samples that have a label. */
function share(label: number): number {
  const pixels = samples.reduce(
    (sum, { labels }) => sum + labels.filter((value) => value === label).length,
    0,
  );
  return pixels / (samples.length * 64 * 64);
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** Connected pixels of a label, those that touch the edge of the image or are mere slivers left out. */
function components(label: number): { roundness: number; hasHole: boolean }[] {
  return samples.flatMap(({ labels }) => {
    const seen = new Set<number>();
    const found: { roundness: number; hasHole: boolean }[] = [];
    for (let start = 0; start < labels.length; start++) {
      if (labels[start] !== label || seen.has(start)) continue;
      const pixels = [start];
      seen.add(start);
      for (const pixel of pixels) {
        for (const next of [pixel - 1, pixel + 1, pixel - 64, pixel + 64]) {
          if (labels[next] !== label || seen.has(next)) continue;
          seen.add(next);
          pixels.push(next);
        }
      }
      const columns = pixels.map((pixel) => pixel % 64);
      const rows = pixels.map((pixel) => Math.floor(pixel / 64));
      if ([...columns, ...rows].some((place) => place === 0 || place === 63) || pixels.length < 40) continue;
      const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
      const [x, y] = [mean(columns), mean(rows)];
      const radius = Math.max(...columns.map((column, index) => Math.hypot(column - x, rows[index]! - y)));
      found.push({
        roundness: pixels.length / (Math.PI * radius ** 2),
        hasHole: labels[Math.round(y) * 64 + Math.round(x)] !== label,
      });
    }
    return found;
  });
}

describe('shapes', () => {
  test('a sample depends on seed, split and index alone', async () => {
    const shorter = shapes({ length: 12, seed: 3 });
    expect(await shorter.sample(11)).toEqual(samples[11]);
    expect((await shapes({ length: 12, seed: 4 }).sample(11)).labels).not.toEqual(samples[11]!.labels);
    expect((await shapes({ split: 'val', length: 12, seed: 3 }).sample(11)).labels).not.toEqual(
      samples[11]!.labels,
    );
    expect(samples[10]!.labels).not.toEqual(samples[11]!.labels);
  });

  test('has the size asked for, and labels that are classes or void', async () => {
    const wide = await shapes({ length: 1, width: 50, height: 20 }).sample(0);
    expect(wide).toMatchObject({ id: 'train-0', width: 50, height: 20 });
    expect(wide.image).toHaveLength(50 * 20 * 3);
    expect(wide.labels).toHaveLength(50 * 20);
    for (const { labels } of samples) {
      expect(labels.every((label) => label < 5 || label === 255)).toBe(true);
    }
  });

  test('every class occurs, background most and rings least', () => {
    const shares = dataset.classes.map((_, label) => share(label));
    expect(dataset.classes).toEqual(['background', 'disc', 'square', 'triangle', 'ring']);
    expect(dataset.colors).toHaveLength(5);
    expect(shares[0]).toBeGreaterThan(0.5);
    for (const label of [1, 2, 3]) expect(shares[label]).toBeGreaterThan(0.03);
    expect(shares[4]).toBeGreaterThan(0.002);
    expect(shares[4]).toBeLessThan(0.015);
    expect(share(255)).toBeLessThan(0.15);
  });

  test('void separates every two surfaces', () => {
    const touching = samples.flatMap(({ labels }) =>
      Array.from(labels).filter((label, pixel) => {
        const neighbours = [pixel % 64 < 63 ? labels[pixel + 1]! : label, labels[pixel + 64] ?? label];
        return label !== 255 && neighbours.some((other) => other !== label && other !== 255);
      }),
    );
    expect(touching).toEqual([]);
  });

  test('outlines are those of their classes', () => {
    // Share of the circle around its centre that a shape fills: 1 for a disc, 2/π for a square, 3√3/4π for a triangle.
    const fill = [1, 2, 3].map((label) => median(components(label).map(({ roundness }) => roundness)));
    expect(fill[0]).toBeGreaterThan(0.85);
    expect(Math.abs(fill[1]! - 0.64)).toBeLessThan(0.1);
    expect(Math.abs(fill[2]! - 0.41)).toBeLessThan(0.1);
    const hollow = (label: number) => median(components(label).map(({ hasHole }) => Number(hasHole)));
    expect([1, 2, 3, 4].map(hollow)).toEqual([0, 0, 0, 1]);
  });

  test.each([
    [{ length: 0 }, 'length is 0; expected an integer of at least 1'],
    [{ length: 1, width: 8 }, 'width is 8; expected an integer of at least 16'],
    [{ length: 1, height: 20.5 }, 'height is 20.5'],
    [{ length: 1, seed: NaN }, 'seed is NaN'],
    [{ length: 1, split: 'test' as 'val' }, 'split is test; expected one of train, val'],
  ])('refuses %p', (options, message) => {
    expect(() => shapes(options)).toThrow(RangeError);
    expect(() => shapes(options)).toThrow(message);
  });

  test('refuses an index outside of the data set', async () => {
    await expect(dataset.sample(300)).rejects.toThrow('index is 300; expected an integer from 0 to 299');
    await expect(dataset.sample(-1)).rejects.toThrow(RangeError);
  });
});
