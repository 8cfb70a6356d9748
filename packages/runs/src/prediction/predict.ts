import { createLoader, type Batch, type SegmentationDataset } from '@lovasz/datasets';
import type { Predictor, Trainer } from '@lovasz/onnxruntime';
import { imageFeed } from '../network/image-feed.js';
import type { ImageInput } from '../network/image-input.js';

/** Tells the class of every pixel of normalized images `[images, 3, height, width]`, up to a full batch of them. */
export type Predict = (images: Float32Array) => Promise<ArrayLike<number>>;

/**
 * Prediction by a trainer or a predictor, which take full batches only: fewer images are filled up with zeros.
 *
 * @param input the network's input.
 * @param shape `[batch, 3, height, width]`, of a full batch of images.
 */
export function predictBy(
  trainer: Trainer | Predictor,
  input: Pick<ImageInput, 'name' | 'layout'>,
  [batch, channels, height, width]: readonly [number, number, number, number],
): Predict {
  const pixels = height * width;
  const size = batch * channels * pixels;
  return async (images) => {
    const whole = images.length === size ? images : new Float32Array(size);
    if (whole !== images) whole.set(images);
    const predictions = await trainer.predict(imageFeed(input, whole, pixels));
    return predictions.subarray(0, images.length / channels);
  };
}

/** Predictions for a whole data set, batch by batch, until the signal says to stop. */
export async function* predictAll(
  predict: Predict,
  dataset: SegmentationDataset,
  batchSize: number,
  signal?: AbortSignal,
): AsyncGenerator<{ readonly batch: Batch; readonly predictions: ArrayLike<number> }> {
  for await (const batch of createLoader(dataset, { batchSize }).epoch(0)) {
    if (signal?.aborted) return;
    yield { batch, predictions: await predict(batch.images) };
  }
}
