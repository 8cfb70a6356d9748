import { describe, expect, test } from '@jest/globals';
import * as fastCheck from 'fast-check';
import { ConfusionMatrix, type ConfusionMatrixJson } from './confusion-matrix.js';

const options = { numClasses: 3, ignoreIndex: [255, -1] };
const image = fastCheck.array(
  fastCheck.tuple(fastCheck.constantFrom(0, 1, 2, 255, -1), fastCheck.constantFrom(0, 1, 2)),
);
type Pixels = readonly (readonly [number, number])[];

function counted(...images: Pixels[]): ConfusionMatrix {
  const confusion = new ConfusionMatrix(options);
  for (const pixels of images) {
    confusion.add(
      pixels.map(([label]) => label),
      pixels.map(([, prediction]) => prediction),
    );
  }
  return confusion;
}

describe('add', () => {
  test('rows are labels and columns are predictions', () => {
    const confusion = new ConfusionMatrix({ numClasses: 2 }).add([0, 0, 1], [1, 1, 1]);
    expect(confusion.toJSON().counts).toEqual([
      [0, 2],
      [0, 1],
    ]);
    expect(confusion.count(0, 1)).toBe(2);
    expect(confusion.count(1, 0)).toBe(0);
    expect(confusion.total).toBe(3);
  });

  test('takes integer arrays of any kind', () => {
    const expected = new ConfusionMatrix(options).add([0, 2, 255], [0, 1, 2]).toJSON();
    expect(
      new ConfusionMatrix(options).add(Uint8Array.of(0, 2, 255), Int32Array.of(0, 1, 2)).toJSON(),
    ).toEqual(expected);
    expect(
      new ConfusionMatrix(options).add(Int16Array.of(0, 2, -1), Float32Array.of(0, 1, 2)).toJSON(),
    ).toEqual(expected);
  });

  test('an ignored label that is a class loses its row, not its column', () => {
    const confusion = new ConfusionMatrix({ numClasses: 2, ignoreIndex: 0 }).add([0, 0, 1, 1], [0, 1, 0, 1]);
    expect(confusion.toJSON().counts).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });

  test('in pieces and in any order equals one pass', () => {
    fastCheck.assert(
      fastCheck.property(fastCheck.array(image), (images) => {
        expect(counted(...images).toJSON()).toEqual(counted(images.flat()).toJSON());
        expect(counted(...images.toReversed()).toJSON()).toEqual(counted(images.flat()).toJSON());
      }),
    );
  });

  test('renumbering the classes permutes rows and columns', () => {
    const permutation = [2, 0, 1];
    fastCheck.assert(
      fastCheck.property(image, (pixels) => {
        const before = counted(pixels);
        const after = counted(
          pixels.map(
            ([label, prediction]) => [permutation[label] ?? label, permutation[prediction]!] as const,
          ),
        );
        for (const label of permutation) {
          for (const prediction of permutation) {
            expect(after.count(permutation[label]!, permutation[prediction]!)).toBe(
              before.count(label, prediction),
            );
          }
        }
      }),
    );
  });

  test.each([
    [
      'a label that is neither a class nor ignored',
      [0, 7, 7, 9],
      [0, 0, 0, 0],
      'labels: value 7 at 2, value 9 at 1 of 4 pixels; expected a class (0 to 2, or ignored: -1, 255)',
    ],
    ['a label between classes', [0.5], [0], 'labels: value 0.5 at 1 of 1 pixels'],
    ['a label that is no number', [NaN], [0], 'labels: value NaN at 1 of 1 pixels'],
    [
      'a prediction that is no class',
      [0, 1],
      [0, 3],
      'predictions: value 3 at 1 of 2 pixels; expected a class (0 to 2)',
    ],
    ['a prediction that is an ignored label', [0, 255], [0, 255], 'predictions: value 255 at 1 of 2 pixels'],
    ['a negative prediction', [0], [-1], 'predictions: value -1 at 1 of 1 pixels'],
    ['other lengths', [0, 1], [0], 'labels hold 2 pixels and predictions 1'],
    ['many wrong values', [3, 4, 5, 6, 7, 8, 9], [0, 0, 0, 0, 0, 0, 0], 'value 7 at 1, 2 other values of 7'],
  ])('counts nothing when given %s', (_, labels, predictions, message) => {
    const confusion = counted([[0, 1]]);
    const before = confusion.toJSON();
    expect(() => confusion.add(labels, predictions)).toThrow(RangeError);
    expect(() => confusion.add(labels, predictions)).toThrow(message);
    expect(confusion.toJSON()).toEqual(before);
    expect(confusion.total).toBe(1);
  });

  test('refuses to count beyond exact integers', () => {
    const full = ConfusionMatrix.fromJSON({
      numClasses: 1,
      ignoreIndex: [255],
      counts: [[Number.MAX_SAFE_INTEGER - 1]],
    });
    full.add([0, 255], [0, 0]);
    expect(full.count(0, 0)).toBe(Number.MAX_SAFE_INTEGER);
    expect(() => full.add([0], [0])).toThrow('1 more pixels on top of 9007199254740991');
    expect(full.count(0, 0)).toBe(Number.MAX_SAFE_INTEGER);
    full.add([255], [0]);
  });
});

describe('merge', () => {
  test('equals one pass, is commutative and associative, and leaves its operands alone', () => {
    fastCheck.assert(
      fastCheck.property(image, image, image, (first, second, third) => {
        const [a, b, c] = [counted(first), counted(second), counted(third)] as const;
        const expected = counted(first, second, third);
        expect(a.merge(b).merge(c).toJSON()).toEqual(expected.toJSON());
        expect(a.merge(b.merge(c)).toJSON()).toEqual(expected.toJSON());
        expect(c.merge(a).merge(b).total).toBe(expected.total);
        expect(b.merge(a).toJSON()).toEqual(a.merge(b).toJSON());
        expect(a.toJSON()).toEqual(counted(first).toJSON());
      }),
    );
  });

  test('refuses other classes, other ignored labels and inexact sums', () => {
    const matrix = new ConfusionMatrix({ numClasses: 1 });
    expect(() => matrix.merge(new ConfusionMatrix({ numClasses: 2 }))).toThrow('of 1 and 2 classes');
    expect(() => matrix.merge(new ConfusionMatrix({ numClasses: 1, ignoreIndex: 255 }))).toThrow(
      'that ignore [] and [255]',
    );
    const half = ConfusionMatrix.fromJSON({ numClasses: 1, ignoreIndex: [], counts: [[2 ** 52]] });
    expect(() => half.merge(half)).toThrow(RangeError);
  });
});

describe('toJSON and fromJSON', () => {
  test('a matrix survives JSON text exactly', () => {
    const large = { numClasses: 2, ignoreIndex: [-1, 255], counts: [[2 ** 52 + 1, 3], [0, 7]] }; // prettier-ignore
    const back = ConfusionMatrix.fromJSON(JSON.parse(JSON.stringify(ConfusionMatrix.fromJSON(large))));
    expect(back.toJSON()).toMatchObject(large);
    expect(JSON.stringify(back)).toBe(JSON.stringify(ConfusionMatrix.fromJSON(back.toJSON())));
    expect(back.total).toBe(2 ** 52 + 11);
    expect(back.add([255, 1], [0, 0]).count(1, 0)).toBe(1);
  });

  test.each([
    [[[1]], 'counts has 1 rows of 1 columns; expected 2 × 2'],
    [[[1, 2], [3]], 'counts has 2 rows of 2, 1 columns; expected 2 × 2'], // prettier-ignore
    [[[1, 2], [3, -4]], 'counts holds -4'], // prettier-ignore
    [[[1, 2], [3, 0.5]], 'counts holds 0.5'], // prettier-ignore
  ])('refuses %p', (counts, message) => {
    const json: ConfusionMatrixJson = { numClasses: 2, ignoreIndex: [], counts };
    expect(() => ConfusionMatrix.fromJSON(json)).toThrow(message);
  });
});

describe('options', () => {
  test.each([0, -1, 2.5, NaN])('refuses %p classes', (numClasses) => {
    expect(() => new ConfusionMatrix({ numClasses })).toThrow(`numClasses is ${numClasses}`);
  });

  test('refuses an ignored label that is no integer', () => {
    expect(() => new ConfusionMatrix({ numClasses: 2, ignoreIndex: 0.5 })).toThrow('ignoreIndex holds 0.5');
    expect(() => new ConfusionMatrix({ numClasses: 2, ignoreIndex: [255, NaN] })).toThrow(
      'ignoreIndex holds NaN',
    );
  });

  test('count refuses what is no class', () => {
    expect(() => new ConfusionMatrix({ numClasses: 2 }).count(0, 2)).toThrow(
      'label is 0 and prediction 2; expected classes, 0 to 1',
    );
  });
});

describe('pixels of any kind of array', () => {
  const labels = [0, 2, 255, 1, 1];
  const predictions = [0, 1, 2, 1, 0];
  const expected = new ConfusionMatrix(options).add(labels, predictions).toJSON();

  test.each([
    Uint8Array,
    Uint8ClampedArray,
    Uint16Array,
    Int16Array,
    Uint32Array,
    Int32Array,
    Float32Array,
    Float64Array,
  ])('%p', (Kind) => {
    expect(new ConfusionMatrix(options).add(Kind.from(labels), Kind.from(predictions)).toJSON()).toEqual(
      expected,
    );
  });

  test.each([BigInt64Array, BigUint64Array])('%p', (Kind) => {
    const of = (pixels: number[]) => Kind.from(pixels.map(BigInt));
    expect(new ConfusionMatrix(options).add(of(labels), of(predictions)).toJSON()).toEqual(expected);
    expect(() => new ConfusionMatrix(options).add(Kind.of(2n ** 63n - 1n), Kind.of(0n))).toThrow(
      'labels: value 9223',
    );
  });

  test('negative labels', () => {
    expect(new ConfusionMatrix(options).add(Int8Array.of(-1, 0), Int8Array.of(0, 0)).odd.ignored).toBe(1);
    expect(() => new ConfusionMatrix(options).add(Int8Array.of(-2), Int8Array.of(0))).toThrow(
      'labels: value -2 at 1',
    );
  });

  test('large images of bytes, noisy or of regions, at any offset in memory, are counted as small ones are', () => {
    const size = 150_001;
    const values = [0, 1, 2, 255];
    const pixels = (of: (i: number) => number) => Uint8Array.from({ length: size }, (_, i) => values[of(i)]!);
    const at = (offset: number, source: Uint8Array) => {
      const memory = new Uint8Array(size + 8);
      memory.set(source, offset);
      return memory.subarray(offset, offset + size);
    };
    const kinds = {
      noisy: [pixels((i) => (i * 7 + (i >> 7)) % 4), pixels((i) => (i * 5) % 3)],
      regions: [pixels((i) => (i >> 9) % 4), pixels((i) => ((i + 3) >> 10) % 3)],
    } as const;
    for (const [labelled, predicted] of Object.values(kinds)) {
      const expected = new ConfusionMatrix(options).add(Array.from(labelled), Array.from(predicted)).toJSON();
      for (const offset of [0, 1, 4]) {
        const counted = new ConfusionMatrix(options).add(at(offset, labelled), at(offset, predicted));
        expect(counted.toJSON()).toEqual(expected);
        // The tables of the call before have left nothing.
        expect(counted.add(at(offset, labelled), at(offset, predicted)).total).toBe(
          2 * (size - counted.odd.ignored / 2),
        );
      }
    }
  });
});

describe('policies', () => {
  const labels = [0, 0, 0, 1, 7, 255];
  const predictions = [0, 9, 255, 1, 1, 9];

  test('every kind of odd pixel has its number, whatever the policy', () => {
    const odd = { ignored: 1, unknownLabels: 1, unknownPredictions: 1, ignoredPredictions: 1 };
    const count = (policies: object) =>
      new ConfusionMatrix({ numClasses: 2, ignoreIndex: 255, ...policies }).add(labels, predictions);

    const skipped = count({ unknownLabel: 'skip', unknownPrediction: 'skip' });
    expect(skipped.odd).toEqual(odd);
    expect(skipped.total).toBe(2);
    expect(skipped.classCounts[0]).toEqual({ truePositives: 1, falsePositives: 0, falseNegatives: 0 });

    const missed = count({ unknownLabel: 'skip', unknownPrediction: 'miss' });
    expect(missed.odd).toEqual(odd);
    expect(missed.total).toBe(4);
    expect(missed.missed(0)).toBe(2);
    expect(missed.classCounts[0]).toEqual({ truePositives: 1, falsePositives: 0, falseNegatives: 2 });

    const invented = count({
      unknownLabel: 'false-positive',
      unknownPrediction: 'skip',
      ignoredPrediction: 'miss',
    });
    expect(invented.odd).toEqual(odd);
    expect(invented.total).toBe(4);
    expect(invented.missed(0)).toBe(1);
    expect(invented.invented(1)).toBe(1);
    expect(invented.classCounts[1]).toEqual({ truePositives: 1, falsePositives: 1, falseNegatives: 0 });
    expect(ConfusionMatrix.fromJSON(JSON.parse(JSON.stringify(invented))).toJSON()).toEqual(
      invented.toJSON(),
    );
  });

  test('one kind may be refused and the other not', () => {
    const confusion = new ConfusionMatrix({
      numClasses: 2,
      ignoreIndex: 255,
      unknownPrediction: 'error',
      ignoredPrediction: 'miss',
    });
    expect(confusion.add([0], [255]).missed(0)).toBe(1);
    expect(() => confusion.add([0, 0], [255, 9])).toThrow('predictions: value 9 at 1 of 2 pixels');
    expect(confusion.total).toBe(1);
  });

  test('an ignored label that is a class is itself as a prediction', () => {
    const confusion = new ConfusionMatrix({ numClasses: 2, ignoreIndex: 0 }).add([1, 0], [0, 0]);
    expect(confusion.count(1, 0)).toBe(1);
    expect(confusion.odd.ignoredPredictions).toBe(0);
  });

  test('other policies do not merge, unknown ones are refused', () => {
    const strict = new ConfusionMatrix({ numClasses: 1 });
    expect(() => strict.merge(new ConfusionMatrix({ numClasses: 1, unknownLabel: 'skip' }))).toThrow(
      "with unknownLabel 'error' and 'skip'",
    );
    expect(() => new ConfusionMatrix({ numClasses: 1, unknownPrediction: 'drop' as 'skip' })).toThrow(
      'unknownPrediction is drop; expected one of error, miss, skip',
    );
  });
});
