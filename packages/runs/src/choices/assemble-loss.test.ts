import {
  crossEntropy,
  hinge,
  lovaszHinge,
  lovaszSigmoid,
  lovaszSoftmax,
  referenceBackend,
  referenceTensor,
} from '@lovasz/core';
import { describe, expect, test } from '@jest/globals';
import { lossNames } from './losses.js';
import { UsageError } from '../settings/usage-error.js';
import { assembleLoss } from './assemble-loss.js';

// Two images of 1×2 pixels, three classes; 11 is void.
const values = [0.5, -1, 2, 0.25, -0.5, 1, 1.5, 0, -2, 0.75, 0.1, -0.3];
const logits = referenceTensor(values, [2, 3, 1, 2]);
const labels = referenceTensor([0, 2, 11, 1], [2, 1, 2]);
const lossOf = (...names: Parameters<typeof assembleLoss>[0]) =>
  assembleLoss(names, 11)(referenceBackend, logits, labels).data[0]!;

const binaryCrossEntropy: typeof hinge = (backend, scores, targets) =>
  crossEntropy(backend, backend.reshape(scores, [-1, 1]), backend.reshape(targets, [-1, 1]), {
    multilabel: true,
  });

describe('assembleLoss', () => {
  test('leaves void pixels out', () => {
    const options = { ignoreIndex: 11 };
    expect(lossOf('cross-entropy')).toBe(crossEntropy(referenceBackend, logits, labels, options).data[0]);
    expect(lossOf('lovasz-softmax')).toBe(lovaszSoftmax(referenceBackend, logits, labels, options).data[0]);
  });

  test.each(lossNames)('%s is known', (name) => {
    expect(lossOf(name)).toBeGreaterThan(0);
  });

  describe('of one score per pixel', () => {
    const scores = referenceTensor([0.5, -1, 2, 0.25], [2, 1, 1, 2]);
    const found = referenceTensor([0, 1, 11, 1], [2, 1, 2]);
    // Without the void pixel.
    const [valid, targets] = [referenceTensor([0.5, -1, 0.25], [3]), referenceTensor([0, 1, 1], [3])];
    const valueOf = (...names: Parameters<typeof assembleLoss>[0]) =>
      assembleLoss(names, 11)(referenceBackend, scores, found).data[0]!;

    test('label 1 is the foreground', () => {
      expect(valueOf('hinge')).toBe(hinge(referenceBackend, valid, targets).data[0]);
      expect(valueOf('lovasz-hinge')).toBe(lovaszHinge(referenceBackend, valid, targets).data[0]);
      expect(valueOf('lovasz-sigmoid')).toBe(lovaszSigmoid(referenceBackend, valid, targets).data[0]);
      const logistic = crossEntropy(
        referenceBackend,
        referenceTensor([0.5, -1, 0.25], [3, 1]),
        referenceTensor([0, 1, 1], [3, 1]),
        { multilabel: true },
      ).data[0]!;
      expect(valueOf('binary-cross-entropy')).toBeCloseTo(logistic, 12);
      expect(valueOf('binary-cross-entropy', 'hinge')).toBeCloseTo(logistic + valueOf('hinge'), 12);
    });

    test.each(['cross-entropy', 'lovasz-softmax', 'soft-jaccard', 'combined'] as const)(
      '%s is refused, and the losses that go are named',
      (name) => {
        expect(() => valueOf('hinge', name)).toThrow(
          new UsageError(
            `--loss: hinge+${name} given, but the network puts out one score per pixel, whose softmax is always 1; ` +
              'accepted: hinge, lovasz-hinge, lovasz-sigmoid, binary-cross-entropy, or a sum of these',
          ),
        );
      },
    );
  });

  test('a sum weighs its terms alike', () => {
    expect(lossOf('cross-entropy', 'lovasz-softmax')).toBeCloseTo(
      lossOf('cross-entropy') + lossOf('lovasz-softmax'),
      12,
    );
    expect(lossOf('cross-entropy', 'hinge', 'soft-jaccard', 'lovasz-softmax')).toBeCloseTo(
      lossOf('cross-entropy') + lossOf('hinge') + lossOf('soft-jaccard') + lossOf('lovasz-softmax'),
      12,
    );
    expect(lossOf('combined')).toBeCloseTo(lossOf('cross-entropy', 'lovasz-softmax'), 12);
  });

  test.each([
    ['hinge', hinge],
    ['lovasz-hinge', lovaszHinge],
    ['lovasz-sigmoid', lovaszSigmoid],
    ['binary-cross-entropy', binaryCrossEntropy],
  ] as const)('%s takes each class against the rest', (name, loss) => {
    // The third pixel is void; the others in the order of the labels.
    const scoresOf = (id: number) => [values[2 * id]!, values[2 * id + 1]!, values[6 + 2 * id + 1]!];
    const perClass = [0, 1, 2].map((id) => {
      const foreground = [0, 2, 1].map((label) => (label === id ? 1 : 0));
      return loss(referenceBackend, referenceTensor(scoresOf(id), [3]), referenceTensor(foreground, [3]))
        .data[0]!;
    });
    expect(lossOf(name)).toBeCloseTo((perClass[0]! + perClass[1]! + perClass[2]!) / 3, 12);
  });
});
