import { shapes } from '@lovasz/datasets';
import { expect, test } from '@jest/globals';
import { predictGallery } from './predict-gallery.js';

const dataset = shapes({ split: 'val', length: 20, width: 16, height: 16 });

test('six images spread over the data set, each with its own prediction', async () => {
  // Class 1 where the red channel is below its mean, so that every image has another prediction.
  const predict = (images: Float32Array) =>
    Promise.resolve(
      Int32Array.from({ length: images.length / 3 }, (_, pixel) =>
        images[3 * 256 * Math.floor(pixel / 256) + (pixel % 256)]! < 0 ? 1 : 0,
      ),
    );
  const items = await predictGallery('net', predict, dataset, 4);
  expect(items.map(({ id }) => id)).toEqual([0, 3, 6, 10, 13, 16].map((index) => `val-${index}`));
  for (const { image, labels, predictions } of items) {
    expect(labels).toHaveLength(256);
    expect(predictions).toEqual([
      {
        name: 'net',
        labels: Uint8Array.from({ length: 256 }, (_, pixel) => (image[3 * pixel]! / 255 < 0.485 ? 1 : 0)),
      },
    ]);
  }
});

test('a smaller data set is shown whole', async () => {
  const small = { ...dataset, length: 2 };
  const predict = (images: Float32Array) => Promise.resolve(new Int32Array(images.length / 3));
  expect(await predictGallery('net', predict, small, 4)).toHaveLength(2);
});
