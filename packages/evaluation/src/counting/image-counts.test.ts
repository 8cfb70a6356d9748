import { describe, expect, test } from '@jest/globals';
import * as fastCheck from 'fast-check';
import { classIou } from '../metrics/class-metrics.js';
import { meanIou } from '../metrics/means.js';
import { ConfusionMatrix } from './confusion-matrix.js';
import { ImageCounts } from './image-counts.js';

const options = { numClasses: 3, ignoreIndex: 255 };
const image = fastCheck.array(
  fastCheck.tuple(fastCheck.constantFrom(0, 1, 2, 255), fastCheck.constantFrom(0, 1, 2)),
);

function counted(images: readonly (readonly [string | number, readonly (readonly [number, number])[]])[]) {
  const counts = new ImageCounts(options);
  for (const [id, pixels] of images) {
    counts.add(
      id,
      pixels.map(([label]) => label),
      pixels.map(([, prediction]) => prediction),
    );
  }
  return counts;
}

describe('ImageCounts', () => {
  test('of all images is the confusion matrix of all pixels', () => {
    fastCheck.assert(
      fastCheck.property(fastCheck.array(image), (images) => {
        const counts = counted(images.map((pixels, id) => [id, pixels]));
        const confusion = new ConfusionMatrix(options).add(
          images.flat().map(([label]) => label),
          images.flat().map(([, prediction]) => prediction),
        );
        expect(counts.classCounts).toEqual(confusion.classCounts);
        expect(counts.total).toBe(confusion.total);
        expect(counts.odd).toEqual(confusion.odd);
        expect(meanIou.of(counts)).toEqual(meanIou.of(confusion));
      }),
    );
  });

  test('any order and any partition of shards gives the same bytes', () => {
    const images = Array.from({ length: 12 }, (_, id) => [
      id % 3 === 0 ? id : `image ${id}`,
      [[id % 3, (id * 7) % 3], [0, id % 2], [255, 0]] as [number, number][],
    ] as const); // prettier-ignore
    const expected = JSON.stringify(counted(images));
    fastCheck.assert(
      fastCheck.property(
        fastCheck.shuffledSubarray(images, { minLength: images.length }),
        fastCheck.array(fastCheck.nat(images.length), { maxLength: 4 }),
        (order, cuts) => {
          const ends = [0, ...cuts.toSorted((a, b) => a - b), order.length];
          const shards = ends.slice(1).map((end, shard) => counted(order.slice(ends[shard], end)));
          expect(JSON.stringify(shards.reduce((all, part) => all.merge(part)))).toBe(expected);
          expect(JSON.stringify(shards.reduceRight((all, part) => all.merge(part)))).toBe(expected);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('survives JSON text', () => {
    const counts = counted([['b', [[0, 1]]], ['a', [[2, 2], [255, 0]]]]); // prettier-ignore
    expect(ImageCounts.fromJSON(JSON.parse(JSON.stringify(counts))).toJSON()).toEqual(counts.toJSON());
    expect(counts.images.map(({ id }) => id)).toEqual(['a', 'b']);
  });

  test('picks images, one of them twice', () => {
    const counts = counted([['a', [[0, 0]]], ['b', [[1, 0]]]]); // prettier-ignore
    expect(classIou.of(counts.pick([0, 0, 1]))).toEqual([2 / 3, 0, NaN]);
    expect(() => counts.pick([2])).toThrow('places holds 2; expected 0 to 1');
  });

  test('refuses an image twice, other settings and bad counts', () => {
    const counts = counted([['a', [[0, 0]]]]); // prettier-ignore
    expect(() => counts.add('a', [1], [1])).toThrow('an image "a" is counted already');
    expect(() => counts.merge(counts)).toThrow('an image "a" is counted already');
    expect(() => counts.add('b', [9], [0])).toThrow('labels: value 9');
    expect(counts.size).toBe(1);
    expect(() => counts.merge(new ImageCounts({ numClasses: 3 }))).toThrow('that ignore [255] and []');
    const json = counts.toJSON();
    const damaged = { ...json, images: [{ ...json.images[0]!, counts: [[-1, 0, 0], [0, 0, 0], [0, 0, 0]] }] }; // prettier-ignore
    expect(() => ImageCounts.fromJSON(damaged)).toThrow('image a holds -1');
  });
});
