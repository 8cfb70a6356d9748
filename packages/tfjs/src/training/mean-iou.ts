import {
  add,
  argMax,
  cast,
  dispose,
  div,
  floor,
  keep,
  matMul,
  maximum,
  mul,
  notEqual,
  oneHot,
  reshape,
  type Scalar,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { checkEncoding, classLabels, type LabelEncoding } from './class-labels.js';

/** Options of {@link meanIou}. */
export interface MeanIouOptions extends LabelEncoding {
  /** The number of classes, at least 2: that of the channels of the output. */
  readonly classCount: number;
  /** The label of pixels to leave out. Default: none. */
  readonly ignoreIndex?: number | undefined;
}

/** The mean IoU of an epoch, as {@link meanIou} makes it. */
export interface MeanIou {
  /** For `metrics` of `model.compile`: counts, and gives the mean IoU of the batch. */
  readonly metric: (labels: Tensor, output: Tensor) => Scalar;
  /** For `callbacks` of `model.fit`: adds `meanIou` and, where there is validation, `val_meanIou` to the logs of an epoch. */
  readonly callback: {
    onEpochBegin(): Promise<void>;
    onBatchBegin(): Promise<void>;
    onEpochEnd(epoch: number, logs?: Record<string, unknown>): Promise<void>;
  };
}

/** Counts of pixels by label and class that is given, exact to 2⁴⁴ in two parts of float32. */
interface Counts {
  readonly low: Tensor;
  readonly high: Tensor;
}

/** What a part holds before it is carried over; with a batch more, a float32 still holds it exactly. */
const base = 2 ** 20;
const mostPixels = 2 ** 23;

/**
 * The mean IoU over all pixels of an epoch, from integer counts: not the mean of the values of its batches, which is what
 * TensorFlow.js makes of any metric and shows as `batchMeanIou`.
 *
 * The mean is over the classes that labels or predictions have. In training a batch is judged as the network was when it
 * saw it, with dropout; `val_meanIou` is that of the network at the end of the epoch. The counts are read once per epoch.
 * It is for one output of a model, and one call of `fit` or `fitDataset` at a time.
 *
 * @throws TypeError for another encoding; RangeError when `classCount` is no integer of at least 2.
 * @example
 * const miou = meanIou({ classCount: 3 });
 * model.compile({ optimizer: 'adam', loss: modelLoss('lovasz-softmax'), metrics: [miou.metric] });
 * await model.fit(images, oneHot, { epochs: 1, callbacks: [miou.callback] });
 */
export function meanIou({ classCount, ignoreIndex, labels: encoding }: MeanIouOptions): MeanIou {
  if (!Number.isInteger(classCount) || classCount < 2) {
    throw new RangeError(`classCount is ${classCount}; expected an integer of at least 2`);
  }
  checkEncoding(encoding);
  const counts: Partial<Record<'training' | 'validation', Counts | undefined>> = {};
  // Of a batch of training the first call is that of its training; those of the validation may follow before it ends.
  let isTraining = false;

  const batchMeanIou = (labels: Tensor, output: Tensor): Scalar =>
    tidy(() => {
      if (output.shape.at(-1) !== classCount) {
        throw new RangeError(
          `an output of shape [${output.shape.join(', ')}]; expected ${classCount} classes on the last axis`,
        );
      }
      const pixels = output.size / classCount;
      if (pixels > mostPixels) {
        throw new RangeError(`${pixels} pixels in one batch; float32 counts ${mostPixels} at a time`);
      }
      const confusion = countPixels(labels, output);
      const split = isTraining ? 'training' : 'validation';
      isTraining = false;
      const before = counts[split];
      const sums = before === undefined ? confusion : add(before.low, confusion);
      const carried = floor(div(sums, base));
      counts[split] = {
        low: keep(sub(sums, mul(carried, base))),
        high: keep(before === undefined ? carried : add(before.high, carried)),
      };
      if (before !== undefined) dispose([before.low, before.high]);
      const [intersections, unions] = areasOf(confusion);
      const present = cast(notEqual(unions, 0), 'float32');
      const each = div(intersections, maximum(unions, 1));
      return div(sum(mul(each, present)), maximum(sum(present), 1)) as Scalar;
    });

  function countPixels(labels: Tensor, output: Tensor): Tensor2D {
    const { ids, mask } = classLabels(labels, output, encoding);
    let column = cast(reshape(ids, [-1]), 'int32');
    const drop = (kept: Tensor): void => {
      // −1 where a pixel is left out: the code of no class.
      column = cast(sub(mul(add(column, 1), kept), 1), 'int32');
    };
    if (mask !== undefined) drop(cast(reshape(mask, [-1]), 'int32'));
    if (ignoreIndex !== undefined) drop(cast(notEqual(column, ignoreIndex), 'int32'));
    const predictions = reshape(argMax(output, -1), [-1]);
    const codes = (x: Tensor) => cast(oneHot(x as never, classCount), 'float32') as Tensor2D;
    return matMul(transpose(codes(column)), codes(predictions)) as Tensor2D;
  }

  const forget = (split: 'training' | 'validation'): void => {
    const { low, high } = counts[split] ?? {};
    dispose([low, high].filter((each) => each !== undefined));
    counts[split] = undefined;
  };
  /** The mean IoU of what has been counted, or undefined if nothing has. */
  const read = async (split: 'training' | 'validation'): Promise<number | undefined> => {
    const found = counts[split];
    if (found === undefined) return undefined;
    const [low, high] = await Promise.all([found.low.data(), found.high.data()]);
    forget(split);
    const at = (label: number, prediction: number): number => {
      const place = label * classCount + prediction;
      return base * high[place]! + low[place]!;
    };
    let [total, present] = [0, 0];
    for (let id = 0; id < classCount; id++) {
      let union = -at(id, id);
      for (let other = 0; other < classCount; other++) union += at(id, other) + at(other, id);
      if (union === 0) continue;
      total += at(id, id) / union;
      present += 1;
    }
    return present === 0 ? NaN : total / present;
  };

  return {
    metric: batchMeanIou,
    callback: {
      onEpochBegin: async () => {
        forget('training');
        forget('validation');
      },
      onBatchBegin: async () => {
        isTraining = true;
      },
      onEpochEnd: async (_, logs = {}) => {
        logs['meanIou'] = await read('training');
        const ofValidation = await read('validation');
        if (ofValidation !== undefined) logs['val_meanIou'] = ofValidation;
      },
    },
  };
}

/** Intersection and union of every class. */
function areasOf(confusion: Tensor2D): [Tensor, Tensor] {
  const classCount = confusion.shape[0];
  const diagonal = Array.from({ length: classCount }, (_, id) => id);
  const intersections = sum(mul(confusion, oneHot(diagonal, classCount)), 0);
  return [intersections, sub(add(sum(confusion, 0), sum(confusion, 1)), intersections)];
}
