import { expect, test } from '@jest/globals';
import type { Trainer } from '@lovasz/onnxruntime';
import { predictBy } from './predict.js';

test('fewer images than a batch are filled up, and only they come back', async () => {
  const fed: number[] = [];
  // Tells a pixel by the sign of its first channel.
  const trainer = {
    predict: ({ picture }: { picture: Float32Array }) => {
      fed.push(picture.length);
      return Promise.resolve(
        Int32Array.from({ length: 4 }, (_, pixel) =>
          picture[6 * Math.floor(pixel / 2) + (pixel % 2)]! > 0 ? 1 : 0,
        ),
      );
    },
  } as unknown as Trainer;
  const predict = predictBy(trainer, { name: 'picture', layout: 'nchw' }, [2, 3, 1, 2]);
  expect([...((await predict(Float32Array.of(-1, 1, 0, 0, 0, 0))) as Int32Array)]).toEqual([0, 1]);
  const both = Float32Array.of(1, -1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0);
  expect([...((await predict(both)) as Int32Array)]).toEqual([1, 0, 1, 1]);
  expect(fed).toEqual([12, 12]);
});
