import { expect, test } from '@jest/globals';
import { lossLayout } from './loss-layout.js';

const shaped = (...shape: number[]) => ({ shape });

test('classes that compete: labels lack them, and those present count', () => {
  const arrays = { input: shaped(2, 5, 7, 3), labels: shaped(2, 5, 7) };
  expect(lossLayout('lovasz-softmax', arrays, { layout: 'channels-last', ignoreIndex: 1 })).toEqual({
    layout: { images: 2, classCount: 3, pixels: 35, imageStride: 105, classStride: 1, pixelStride: 3 },
    groups: 1,
    isMulticlass: true,
    factors: [1, 0, 1],
    isPresent: true,
  });
});

test('binary labels: every label counts, and each image by itself if asked', () => {
  const arrays = { input: shaped(2, 1, 5), labels: shaped(2, 5), mask: shaped(2, 5) };
  const { groups, isMulticlass, isPresent, layout } = lossLayout('lovasz-hinge', arrays, { perImage: true });
  expect({ groups, isMulticlass, isPresent, ...layout }).toMatchObject({
    groups: 2,
    isMulticlass: false,
    isPresent: false,
    classCount: 1,
    pixels: 5,
  });
});

test('shapes that do not fit are refused without any data', () => {
  const arrays = { input: shaped(2, 3, 5), labels: shaped(2, 3) };
  expect(() => lossLayout('lovasz-softmax', arrays, {})).toThrow(
    'labels of shape [2, 3] for logits of shape [2, 3, 5]; expected shape [2, 5]',
  );
});
