import { describe, expect, test } from '@jest/globals';
import { buildTrainingGraph, modelBytes, sgd } from '@lovasz/onnx';
import { enet } from './enet.js';
import { randomNumbers } from './random-numbers.js';
import { largestGradients, logitsOf, parameterCount } from './testing/run-model.js';

const small = { classCount: 2, width: 16, height: 16, seed: 7 };

const random = (count: number): Float64Array => Float64Array.from(randomNumbers(3).uniform(count, 1));

describe('enet', () => {
  test('a batch gives each image the logits it has alone, so that indices of pools stay with their image', () => {
    const model = enet(small);
    const images = random(2 * 3 * 256);
    const both = logitsOf(model, [2, 3, 16, 16], images);
    expect(both).toHaveLength(2 * 2 * 256);
    const second = logitsOf(model, [1, 3, 16, 16], images.slice(3 * 256));
    second.forEach((value, place) => expect(both[2 * 256 + place]).toBeCloseTo(value, 10));
  });

  test('height and width are open when nothing is padded', () => {
    expect(logitsOf(enet(small), [1, 3, 8, 24], random(3 * 192))).toHaveLength(2 * 192);
  });

  test('any size goes', () => {
    const logits = logitsOf(enet({ ...small, width: 10, height: 5 }), [1, 3, 5, 10], random(150));
    expect(logits).toHaveLength(2 * 50);
    expect(logits.every(Number.isFinite)).toBe(true);
  });

  test('every weight takes part in the logits', () => {
    const gradients = largestGradients(enet(small), [1, 3, 16, 16], random);
    for (const [name, largest] of gradients) expect([name, largest > 1e-8]).toEqual([name, true]);
  });

  test('has the parameters of the published layers, 0.36 million', () => {
    // Two for each channel of a normalization, one for each of a PReLU.
    const encoder = (inputs: number, filters: number, taps: number, main: number): number => {
      const inner = filters / 4;
      const convolutions = taps * inputs * inner + main * inner * inner + inner * filters;
      return convolutions + 3 * inner + 3 * inner + 2 * filters + filters;
    };
    const decoder = (inputs: number, filters: number): number => {
      const inner = filters / 4;
      return inputs * inner + 9 * inner * inner + inner * filters + 2 * (inner + inner + filters);
    };
    const other = (inputs: number, filters: number): number => inputs * filters + 2 * filters;
    const [square, asymmetric] = [encoder(128, 128, 1, 9), encoder(128, 128, 1, 10)];
    const total =
      27 * 13 +
      3 * 16 +
      encoder(16, 64, 4, 9) +
      4 * encoder(64, 64, 1, 9) +
      encoder(64, 128, 4, 9) +
      2 * (6 * square + 2 * asymmetric) +
      (decoder(128, 64) + other(128, 64)) +
      2 * decoder(64, 64) +
      (decoder(64, 16) + other(64, 16)) +
      decoder(16, 16) +
      (4 * 16 * 11 + 11);
    expect(total).toBe(363_098);
    expect(parameterCount(enet({ ...small, classCount: 11 }))).toBe(total);
  });

  test('training drops channels of single images, in the encoder only', () => {
    const { randomInputs } = buildTrainingGraph(enet(small), {
      inputShapes: { image: [4, 3, 16, 16] },
      loss: (backend, logits) => backend.sum(logits, [0, 1, 2, 3]),
      optimizer: sgd(),
    });
    const [narrow, wide] = [
      [4, 64, 1, 1],
      [4, 128, 1, 1],
    ];
    const expected = [...new Array<unknown>(5).fill(narrow), ...new Array<unknown>(17).fill(wide)];
    expect(randomInputs.map(({ shape }) => shape)).toEqual(expected);
  });

  test('the seed decides the weights', () => {
    const bytes = (seed: number): Buffer => Buffer.from(modelBytes(enet({ ...small, seed })));
    expect(bytes(1).equals(bytes(1))).toBe(true);
    expect(bytes(1).equals(bytes(2))).toBe(false);
  });

  test('a wrong option is named', () => {
    expect(() => enet({ ...small, height: 0 })).toThrow(
      new RangeError('height is 0, expected an integer of at least 1'),
    );
  });
});
