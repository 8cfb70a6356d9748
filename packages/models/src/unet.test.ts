import { describe, expect, test } from '@jest/globals';
import { modelBytes } from '@lovasz/onnx';
import { randomNumbers } from './random-numbers.js';
import { largestGradients, logitsOf, parameterCount } from './testing/run-model.js';
import { unet } from './unet.js';

const small = { classCount: 3, width: 8, height: 8, base: 2, depth: 2, seed: 7 };

const random = (count: number): Float64Array => Float64Array.from(randomNumbers(3).uniform(count, 1));

describe('unet', () => {
  test('a batch gives each image the logits it has alone', () => {
    const model = unet(small);
    const images = random(2 * 3 * 64);
    const both = logitsOf(model, [2, 3, 8, 8], images);
    expect(both).toHaveLength(2 * 3 * 64);
    const second = logitsOf(model, [1, 3, 8, 8], images.slice(3 * 64));
    second.forEach((value, place) => expect(both[3 * 64 + place]).toBeCloseTo(value, 12));
  });

  test('height and width are open when nothing is padded', () => {
    expect(logitsOf(unet(small), [1, 3, 4, 12], random(3 * 48))).toHaveLength(3 * 48);
  });

  test('an image of another size is padded with zeros and the logits are cut back', () => {
    const [height, width] = [6, 7];
    const image = random(3 * height * width);
    const padded = new Float64Array(3 * 64);
    image.forEach((value, place) => {
      const [channel, pixel] = [Math.floor(place / (height * width)), place % (height * width)];
      padded[channel * 64 + Math.floor(pixel / width) * 8 + (pixel % width)] = value;
    });
    const cut = logitsOf(unet({ ...small, height, width }), [1, 3, height, width], image);
    const whole = logitsOf(unet(small), [1, 3, 8, 8], padded);
    cut.forEach((value, place) => {
      const [channel, pixel] = [Math.floor(place / (height * width)), place % (height * width)];
      expect(value).toBeCloseTo(whole[channel * 64 + Math.floor(pixel / width) * 8 + (pixel % width)]!, 12);
    });
    expect(() => logitsOf(unet({ ...small, height, width }), [1, 3, 8, 8], padded)).toThrow('inputShapes');
  });

  test('every weight takes part in the logits', () => {
    const gradients = largestGradients(unet(small), [1, 3, 8, 8], random);
    // Five blocks of two convolutions with scale and bias, two transposed convolutions, weight and bias of the last.
    expect(gradients.size).toBe(5 * 2 * 3 + 2 + 2);
    for (const [name, largest] of gradients) expect([name, largest > 1e-8]).toEqual([name, true]);
  });

  test('has the parameters of its layers', () => {
    const block = (inputs: number, filters: number): number => 9 * filters * (inputs + filters) + 4 * filters;
    const up = (filters: number): number => 4 * 2 * filters * filters;
    const expected =
      block(3, 2) + block(2, 4) + block(4, 8) + up(4) + block(8, 4) + up(2) + block(4, 2) + (2 * 3 + 3);
    expect(parameterCount(unet(small))).toBe(expected);
  });

  test('the seed decides the weights', () => {
    const bytes = (seed: number): Buffer => Buffer.from(modelBytes(unet({ ...small, seed })));
    expect(bytes(1).equals(bytes(1))).toBe(true);
    expect(bytes(1).equals(bytes(2))).toBe(false);
  });

  test.each([
    [{ classCount: 0 }, 'classCount is 0, expected an integer of at least 1'],
    [{ width: 7.5 }, 'width is 7.5, expected an integer of at least 1'],
    [{ base: 0 }, 'base is 0, expected an integer of at least 1'],
    [{ depth: 17 }, 'depth is 17, expected an integer in [1, 16]'],
    [{ seed: -1 }, 'seed is -1, expected an integer in [0, 4294967295]'],
  ])('%j is refused', (change, message) => {
    expect(() => unet({ ...small, ...change })).toThrow(new RangeError(message));
  });
});
