import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** The batch whose loss is measured: square images of `size` pixels on each side. */
export interface LossSettings {
  readonly batch: number;
  readonly classes: number;
  readonly size: number;
}

/** Makes an array of numbers. */
export type AllocateNumbers = (length: number) => Float32Array;

/** Probabilities and labels of {@link LossSettings}, and a buffer for the gradient. */
export interface LossWork {
  readonly probabilities: { readonly data: Float32Array; readonly shape: readonly number[] };
  readonly labels: { readonly data: Int32Array; readonly shape: readonly number[] };
  readonly gradient: Float32Array;
}

/**
 * The softmax of normally distributed logits, on memory that threads share.
 *
 * @param boost what is added to the logit of the label: 0 for a network that has learned nothing.
 */
export function createLossWork({ batch, classes, size }: LossSettings, boost: number): LossWork {
  const random = xoroshiro128plus(1);
  const pixels = size * size;
  const data = shared(batch * classes * pixels);
  const labels = Int32Array.from({ length: batch * pixels }, () => uniformInt(random, 0, classes - 1));
  for (let image = 0; image < batch; image++) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      const label = labels[image * pixels + pixel];
      let sum = 0;
      for (let id = 0; id < classes; id++) {
        // Box-Muller.
        const radius = Math.sqrt(-2 * Math.log(1 - uniformFloat64(random)));
        const normal = radius * Math.cos(2 * Math.PI * uniformFloat64(random));
        const power = Math.exp(normal + (id === label ? boost : 0));
        data[(image * classes + id) * pixels + pixel] = power;
        sum += power;
      }
      for (let id = 0; id < classes; id++) {
        const place = (image * classes + id) * pixels + pixel;
        data[place] = data[place]! / sum;
      }
    }
  }
  return {
    probabilities: { data, shape: [batch, classes, size, size] },
    labels: { data: labels, shape: [batch, size, size] },
    gradient: shared(data.length),
  };
}

function shared(length: number): Float32Array {
  return new Float32Array(new SharedArrayBuffer(4 * length));
}

/** The same work on other memory. */
export function copyLossWork({ probabilities, labels }: LossWork, allocate: AllocateNumbers): LossWork {
  const data = allocate(probabilities.data.length);
  data.set(probabilities.data);
  return { probabilities: { ...probabilities, data }, labels, gradient: allocate(data.length) };
}
