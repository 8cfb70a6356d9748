import { lovaszSoftmax } from '@lovasz/tfjs';
import * as tf from '@tensorflow/tfjs';

/** What is timed: one image of so many pixels squared. */
export interface TimingSettings {
  readonly size: number;
  readonly classes: number;
  readonly repeats: number;
  /** The backend's way by `topk`, `gather` and `cumsum` takes minutes where GPUs are software. */
  readonly withSorting: boolean;
}

/** Entries of a gradient between two that are compared. */
export const gradientStep = 97;

/** Milliseconds of each turn, and what a call of our loss gives and takes. */
export interface Timings {
  readonly lovasz: readonly number[];
  readonly crossEntropy: readonly number[];
  readonly sorting: readonly number[];
  readonly value: number;
  /** Each {@link gradientStep}th entry of the gradient: all would take long to hand over. */
  readonly gradient: readonly number[];
  /** Bytes on the GPU beyond input, labels and gradient; undefined where the backend does not tell. */
  readonly scratchBytes: number | undefined;
}

/** The scores and labels that are timed: scores of a network that has learnt half of what there is. */
export function timingInput({ size, classes }: Pick<TimingSettings, 'size' | 'classes'>): {
  readonly scores: Float32Array;
  readonly labels: Int32Array;
} {
  const pixels = size * size;
  const labels = Int32Array.from({ length: pixels }, (_, i) => (((i % size) >> 3) + (i >> 9)) % classes);
  const scores = Float32Array.from({ length: pixels * classes }, (_, i) => {
    const noise = Math.sin(i * 12.9898) * 43758.5453;
    return 4 * (noise - Math.floor(noise)) + (i % classes === labels[Math.floor(i / classes)] ? 3 : 0);
  });
  return { scores, labels };
}

/** Times value and gradient of losses in turns, on the backend that is set. */
export async function timeLosses(settings: TimingSettings): Promise<Timings> {
  const { size, classes, repeats, withSorting } = settings;
  const { scores, labels } = timingInput(settings);
  const input = tf.tensor(scores, [1, size, size, classes]);
  const ids = tf.tensor(labels, [1, size, size], 'int32');
  const oneHot = tf.tidy(() => tf.cast(tf.oneHot(ids as tf.Tensor3D, classes), 'float32'));
  // On the device before anything is timed.
  await tf.tidy(() => tf.add(tf.sum(tf.mul(input, oneHot)), tf.cast(tf.sum(ids), 'float32'))).data();

  const ours = tf.valueAndGrad((x) => lovaszSoftmax(x, ids));
  const crossEntropy = tf.valueAndGrad((x) => tf.losses.softmaxCrossEntropy(oneHot, x));
  const bytes = (): number | undefined =>
    (tf.memory() as { numBytesAllocatedInGPU?: number }).numBytesAllocatedInGPU;
  const before = bytes();
  const first = ours(input);
  const gradient = Array.from((await first.grad.data()).filter((_, i) => i % gradientStep === 0));
  const value = (await first.value.data())[0]!;
  const after = bytes();
  tf.dispose([first.value, first.grad]);

  const timed = async (call: (x: tf.Tensor) => { value: tf.Tensor; grad?: tf.Tensor }): Promise<number> => {
    const start = performance.now();
    const { value: result, grad } = call(input);
    // The value is there when all before it is; the gradient of tfjs comes after it.
    await (grad === undefined ? result : tf.tidy(() => tf.slice(tf.reshape(grad, [-1]), 0, 1))).data();
    const taken = performance.now() - start;
    tf.dispose([result, ...(grad ? [grad] : [])]);
    return taken;
  };
  const turns = { lovasz: [] as number[], crossEntropy: [] as number[], sorting: [] as number[] };
  await timed(crossEntropy);
  for (let turn = 0; turn < repeats; turn++) {
    turns.lovasz.push(await timed(ours));
    turns.crossEntropy.push(await timed(crossEntropy));
    if (withSorting && turn === 0) turns.sorting.push(await timed((x) => ({ value: sortedLoss(x, oneHot) })));
  }
  tf.dispose([input, ids, oneHot]);
  // The gradient stays in the pool of the backend, as does what was read of it.
  const scratchBytes =
    before === undefined || after === undefined ? undefined : after - before - 2 * 4 * scores.length;
  return { ...turns, value, gradient, scratchBytes };
}

/** The value alone, from operations that sort: `topk` has no gradient. */
function sortedLoss(x: tf.Tensor, oneHot: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const classes = x.shape.at(-1)!;
    const rows = (y: tf.Tensor) => tf.transpose(tf.reshape(y, [-1, classes]));
    const foreground = rows(oneHot);
    const errors = tf.abs(tf.sub(foreground, rows(tf.softmax(x))));
    const pixels = errors.shape[1]!;
    const { values, indices } = tf.topk(errors, pixels, true);
    const sorted = tf.gather(foreground, indices, 1, 1);
    const total = tf.sum(foreground, 1, true);
    const intersection = tf.sub(total, tf.cumsum(sorted, 1));
    const union = tf.add(total, tf.cumsum(tf.sub(1, sorted), 1));
    const jaccard = tf.sub(1, tf.div(intersection, union));
    const shifted = tf.pad(tf.slice(jaccard, [0, 0], [classes, pixels - 1]), [
      [0, 0],
      [1, 0],
    ]);
    return tf.mean(tf.sum(tf.mul(values, tf.sub(jaccard, shifted)), 1));
  });
}
