import { describe, expect, test } from '@jest/globals';
import * as fastCheck from 'fast-check';
import { ClassIndex, type IndexedImage } from './class-index.js';
import { classUniform } from './class-uniform.js';
import { equibatch } from './equibatch.js';
import { halfForeground } from './half-foreground.js';
import { repeatFactor, shuffle, weightedImages } from './image-samplers.js';
import { mix } from './mix.js';
import { rareClass } from './rare-class.js';
import { SampleStream } from './sample-stream.js';
import type { Draw, Sampler } from './sampler.js';
import { samplersByName } from './samplers-by-name.js';

/** An index of images that hold these numbers of pixels of each class. */
function indexOf(rows: readonly (readonly number[])[]): ClassIndex {
  const images = rows.map((counts, id): IndexedImage => {
    const points = counts.map((count, classId) => (count > 0 ? [classId, id % 5] : []));
    return { id, width: 10, height: 10, hash: '0'.repeat(15) + (id % 10), counts, points };
  });
  return new ClassIndex({ numClasses: rows[0]!.length, images });
}

/** Class c in one image of c + 1: class 0 everywhere, the last one rarely. */
const skewed = (classes: number, images: number) =>
  indexOf(
    Array.from({ length: images }, (_, image) =>
      Array.from({ length: classes }, (_, id) => (image % (id + 1) === 0 ? 1 + image : 0)),
    ),
  );

function take(sampler: Sampler, draws: number, place = 0, count = 1): Draw[] {
  const stream = new SampleStream(sampler, { place, count });
  return Array.from({ length: draws }, () => stream.draw());
}

/** The longest stretch of draws in which some class does not come, plus one. */
function widestWindow(drawn: readonly number[], classes: readonly number[]): number {
  let widest = 0;
  for (const id of classes) {
    let last = -1;
    for (let at = 0; at < drawn.length; at++) {
      if (drawn[at] !== id) continue;
      widest = Math.max(widest, at - last);
      last = at;
    }
    widest = Math.max(widest, drawn.length - last);
  }
  return widest;
}

describe('equibatch', () => {
  test.each([
    ['fixed', 1],
    ['shuffled', 2],
  ] as const)(
    'keeps its window over 10⁵ draws, on every shard and over any resumptions: %s',
    (order, factor) => {
      fastCheck.assert(
        fastCheck.property(
          fastCheck.integer({ min: 2, max: 21 }),
          fastCheck.integer({ min: 1, max: 8 }),
          fastCheck.nat(),
          fastCheck.array(fastCheck.integer({ min: 100, max: 3000 }), { minLength: 1, maxLength: 5 }),
          (classes, count, seed, stops) => {
            const sampler = equibatch(skewed(classes, 60), { order, seed });
            const ids = Array.from({ length: classes }, (_, id) => id);
            // 20 runs of 5000 draws.
            const draws = Math.floor(5000 / count);
            for (let place = 0; place < count; place++) {
              let stream = new SampleStream(sampler, { place, count });
              const drawn: number[] = [];
              while (drawn.length < draws) {
                const { classId, image, point } = stream.draw();
                // No expect for each draw: there are 10⁵.
                if (!(sampler.index.images[image]!.counts[classId!]! > 0)) throw new Error(`image ${image}`);
                if (point![0] !== classId || point![1] !== image % 5) throw new Error(`point ${point}`);
                drawn.push(classId!);
                if (stops.some((stop) => drawn.length % stop === 0)) {
                  stream = SampleStream.fromJSON(sampler, JSON.parse(JSON.stringify(stream)));
                }
              }
              expect(widestWindow(drawn, ids)).toBeLessThanOrEqual(factor * classes - (factor - 1));
            }
          },
        ),
        { numRuns: 20 },
      );
    },
  );

  test('a rank-strided cycle would not show a shard every class; this one does', () => {
    // 20 classes on 4 shards: the stride leaves 5 classes each.
    const sampler = equibatch(skewed(20, 40));
    for (let place = 0; place < 4; place++) {
      expect(new Set(take(sampler, 20, place, 4).map(({ classId }) => classId)).size).toBe(20);
    }
    // They start apart, so that a step of all shards has different classes too.
    expect(new Set([0, 1, 2, 3].map((place) => take(sampler, 1, place, 4)[0]!.classId)).size).toBe(4);
  });

  test('images of a class come once in each round, over all shards', () => {
    const index = indexOf(Array.from({ length: 12 }, (_, image) => [1, Number(image % 2 === 0)]));
    const sampler = equibatch(index, { seed: 4 });
    // Class 1 is in 6 images: three rounds of two shards of two classes.
    const drawn = [0, 1]
      .flatMap((place) => take(sampler, 6, place, 2))
      .filter(({ classId }) => classId === 1);
    expect(drawn.map(({ image }) => image).toSorted((a, b) => a - b)).toEqual([0, 2, 4, 6, 8, 10]);
  });

  test('the least-visited order evens out what images bring along', () => {
    // Class 0 is in every image: it need hardly be drawn for.
    const index = indexOf(
      Array.from({ length: 30 }, (_, image) => [1, Number(image % 3 === 0), Number(image % 3 === 1)]),
    );
    const stream = new SampleStream(equibatch(index, { order: 'least-visited', seed: 2 }));
    for (let draw = 0; draw < 300; draw++) stream.draw();
    const { drawnFor, held } = stream.exposure;
    expect(drawnFor[0]).toBeLessThan(20);
    expect(Math.abs(held[1]! - held[2]!)).toBeLessThanOrEqual(2);
  });

  test('a class that no image holds is refused, or left out and named', () => {
    const index = indexOf([[1, 0, 5]]);
    expect(() => equibatch(index)).toThrow(
      "no image holds 1 pixels of class 1; absent: 'skip' leaves it out",
    );
    const sampler = equibatch(index, { absent: 'skip' });
    expect(sampler.absentClasses).toEqual([1]);
    expect(take(sampler, 4).map(({ classId }) => classId)).toEqual([0, 2, 0, 2]);
    expect(equibatch(index, { absent: 'skip', minimumPixels: 5 }).absentClasses).toEqual([0, 1]);
    expect(() => equibatch(index, { classes: [0, 0] })).toThrow(
      'classes holds 0; expected different class ids',
    );
    expect(() => equibatch(index, { absent: 'skip', order: 'random' as 'fixed' })).toThrow('order is random');
  });
});

describe('halfForeground', () => {
  test('exactly one of every two draws holds the class', () => {
    const index = indexOf(Array.from({ length: 10 }, (_, image) => [1, Number(image === 3)]));
    const draws = take(halfForeground(index, 1, { seed: 9 }), 1000);
    for (let pair = 0; pair < 500; pair++) {
      const held = draws.slice(2 * pair, 2 * pair + 2).map(({ image }) => image === 3);
      expect(held.toSorted()).toEqual([false, true]);
    }
    // Not always the same of the two.
    expect(new Set(draws.map(({ classId }, at) => (classId === 1 ? at % 2 : 2)))).toEqual(new Set([0, 1, 2]));
    expect(() => halfForeground(indexOf([[1]]), 0)).toThrow('1 of 1 images hold class 0; expected some');
    expect(() => halfForeground(index, 2)).toThrow('foreground is 2');
  });
});

describe('samplers of whole epochs', () => {
  test('shuffle: every image once per epoch over all shards, in another order each time', () => {
    fastCheck.assert(
      fastCheck.property(fastCheck.integer({ min: 1, max: 40 }), fastCheck.nat(), (length, seed) => {
        const sampler = shuffle(indexOf(Array.from({ length }, () => [1])), { seed });
        const epochs = [0, 1].map((epoch) =>
          take(sampler, 2 * length)
            .slice(epoch * length, (epoch + 1) * length)
            .map(({ image }) => image),
        );
        const sorted = Array.from({ length }, (_, image) => image);
        for (const epoch of epochs) expect(epoch.toSorted((a, b) => a - b)).toEqual(sorted);
        if (length > 20) expect(epochs[0]).not.toEqual(epochs[1]);
        const shards = [0, 1, 2].flatMap((place) =>
          take(sampler, length, place, 3).map(({ image }) => image),
        );
        expect(shards.toSorted((a, b) => a - b)).toEqual(sorted.flatMap((image) => [image, image, image]));
      }),
    );
  });

  test('classUniform: as many draws for each class as the share says, the rest for none', () => {
    const sampler = classUniform(skewed(5, 60), { share: 0.5, seed: 1 });
    const drawn = take(sampler, 60).map(({ classId }) => classId);
    for (let id = 0; id < 5; id++) expect(drawn.filter((each) => each === id)).toHaveLength(6);
    expect(drawn.filter((each) => each === undefined)).toHaveLength(30);
  });

  test('repeatFactor: √(t / f) for the rarest class of an image, in the mean over epochs', () => {
    // Class 1 in 1 of 16 images; t = 0.25: factor 2. Class 2 in 4 of 16 images: factor 1.
    const index = indexOf(
      Array.from({ length: 16 }, (_, image) => [1, Number(image === 0), Number(image % 4 === 1)]),
    );
    const sampler = repeatFactor(index, { threshold: 0.25, seed: 5 });
    expect(sampler.epochLength).toBe(17);
    const epoch = take(sampler, 17).map(({ image }) => image);
    expect(epoch.filter((image) => image === 0)).toHaveLength(2);
    expect(new Set(epoch).size).toBe(16);
    // √(0.5 / (1/16)) = 2.83: two or three, 2.83 in the mean; rounded up always three.
    const fractional = take(repeatFactor(index, { threshold: 0.5, seed: 5 }), 200 * 20);
    const { length } = fractional.filter(({ image }) => image === 0);
    const epochs = (200 * 20) / repeatFactor(index, { threshold: 0.5 }).epochLength;
    expect(length / epochs).toBeCloseTo(Math.sqrt(8), 1);
    const up = repeatFactor(index, { threshold: 0.5, rounding: 'up' });
    expect(take(up, up.epochLength).filter(({ image }) => image === 0)).toHaveLength(3);
  });
});

describe('independent draws', () => {
  test('weightedImages: in proportion, and never one of weight 0', () => {
    const index = indexOf([[1], [1], [1], [1]]);
    const drawn = take(weightedImages(index, [0, 1, 3, 0], { seed: 1 }), 8000).map(({ image }) => image);
    expect(new Set(drawn)).toEqual(new Set([1, 2]));
    expect(drawn.filter((image) => image === 2).length / 8000).toBeCloseTo(0.75, 1);
    expect(() => weightedImages(index, [1])).toThrow('weights has 1 entries');
    expect(() => weightedImages(index, [0, 0, 0, 0])).toThrow('weights are all 0');
    expect(() => weightedImages(index, [1, NaN, 0, 0])).toThrow('weights holds NaN at 1');
  });

  test('rareClass: by exp((1 − f) / T)', () => {
    // Shares 0.9 and 0.1.
    const index = indexOf([[90, 10]]);
    const drawn = take(rareClass(index, { temperature: 0.5, seed: 1 }), 8000);
    const odds = Math.exp(0.9 / 0.5) / (Math.exp(0.9 / 0.5) + Math.exp(0.1 / 0.5));
    expect(drawn.filter(({ classId }) => classId === 1).length / 8000).toBeCloseTo(odds, 1);
    // The usual temperature does not overflow.
    expect(new Set(take(rareClass(index), 100).map(({ classId }) => classId))).toEqual(new Set([1]));
  });
});

describe('mix', () => {
  test('spreads the share evenly, and the guarantee of the first holds for its draws', () => {
    const index = skewed(6, 30);
    const sampler = mix(equibatch(index, { order: 'fixed' }), shuffle(index), 0.25);
    const drawn = take(sampler, 400).map(({ classId }) => classId);
    for (let at = 0; at < 400; at += 4) {
      expect(drawn.slice(at, at + 4).filter((id) => id !== undefined)).toHaveLength(1);
    }
    const forClasses = drawn.filter((id) => id !== undefined);
    expect(widestWindow(forClasses, [0, 1, 2, 3, 4, 5])).toBeLessThanOrEqual(6);
    expect(() => mix(equibatch(index), shuffle(skewed(6, 30)), 0.5)).toThrow('different indices');
  });

  test('resumes what has a memory', () => {
    const index = skewed(4, 30);
    const make = () => mix(equibatch(index, { order: 'least-visited' }), shuffle(index), 0.5);
    const stream = new SampleStream(make());
    for (let draw = 0; draw < 37; draw++) stream.draw();
    const resumed = SampleStream.fromJSON(make(), JSON.parse(JSON.stringify(stream)));
    for (let draw = 0; draw < 50; draw++) expect(resumed.draw()).toEqual(stream.draw());
    expect(resumed.exposure).toEqual(stream.exposure);
  });
});

describe('SampleStream', () => {
  test('every sampler resumes with the same draws', () => {
    const index = skewed(5, 40);
    for (const [name, make] of Object.entries(samplersByName)) {
      const stream = new SampleStream(make(index, { seed: 3 }), { place: 1, count: 3 });
      for (let draw = 0; draw < 23; draw++) stream.draw();
      const resumed = SampleStream.fromJSON(make(index, { seed: 3 }), JSON.parse(JSON.stringify(stream)));
      expect([name, Array.from({ length: 30 }, () => resumed.draw())]).toEqual([
        name,
        Array.from({ length: 30 }, () => stream.draw()),
      ]);
    }
  });

  test('is a plain iterator and reports exposure', () => {
    const stream = new SampleStream(equibatch(indexOf([[1, 1], [1, 0]]))); // prettier-ignore
    let draws = 0;
    for (const { image } of stream) {
      expect(image).toBeLessThan(2);
      if (++draws === 4) break;
    }
    expect(stream.exposure).toMatchObject({ draws: 4, drawnFor: [2, 2] });
    expect(stream.exposure.held[0]).toBe(4);
  });

  test('another seed draws otherwise', () => {
    const index = skewed(5, 40);
    expect(take(shuffle(index, { seed: 1 }), 20)).not.toEqual(take(shuffle(index, { seed: 2 }), 20));
  });

  test('refuses the state of another sampler, of another index, and a shard that does not exist', () => {
    const index = skewed(3, 10);
    const state = new SampleStream(shuffle(index)).toJSON();
    expect(() => SampleStream.fromJSON(equibatch(index), state)).toThrow(
      'the sampler is equibatch; the state is of shuffle',
    );
    expect(() => SampleStream.fromJSON(shuffle(skewed(3, 11)), state)).toThrow('the index is');
    expect(() => new SampleStream(shuffle(index), { place: 2, count: 2 })).toThrow('shard is 2 of 2');
  });
});
