import { expect, test } from '@jest/globals';
import type { GalleryItem } from '@lovasz/runs';
import { mergeGalleries } from './merge-galleries.js';

const item = (id: string, name: string, label: number): GalleryItem => ({
  id,
  width: 1,
  height: 1,
  image: new Uint8Array(3),
  labels: Uint8Array.of(1),
  predictions: [{ name, labels: Uint8Array.of(label) }],
});

test('each image carries the predictions of all networks, in their order', () => {
  const merged = mergeGalleries([
    [item('a', 'first', 0), item('b', 'first', 1)],
    [item('a', 'second', 2), item('b', 'second', 3)],
  ]);
  expect(
    merged.map(({ id, predictions }) => [id, predictions.map(({ name, labels }) => [name, labels[0]])]),
  ).toEqual([
    [
      'a',
      [
        ['first', 0],
        ['second', 2],
      ],
    ],
    [
      'b',
      [
        ['first', 1],
        ['second', 3],
      ],
    ],
  ]);
});

test('different images are not mixed up', () => {
  expect(() => mergeGalleries([[item('a', 'first', 0)], [item('b', 'second', 0)]])).toThrow(
    'galleries differ at 0: a and b',
  );
});
