import {
  add,
  argMax,
  cast,
  dispose,
  div,
  equal,
  fill,
  floor,
  greaterEqual,
  keep,
  less,
  logicalAnd,
  logicalNot,
  logicalOr,
  matMul,
  maximum,
  mul,
  notEqual,
  oneHot,
  onesLike,
  reshape,
  sub,
  sum,
  tidy,
  transpose,
  where,
  zerosLike,
  type Scalar,
  type Tensor,
  type Tensor2D,
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
  /** How many pixels have a label that is neither a class nor left out. */
  readonly strays: Tensor;
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
 * @throws TypeError for another encoding; RangeError when `classCount` is no integer of at least 2, and at the end of an
 *   epoch when labels were neither a class nor left out, with the number of such pixels.
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
      const { confusion, strays } = countPixels(labels, output);
      const split = isTraining ? 'training' : 'validation';
      isTraining = false;
      const before = counts[split];
      const sums = before === undefined ? confusion : add(before.low, confusion);
      const carried = floor(div(sums, base));
      counts[split] = {
        low: keep(sub(sums, mul(carried, base))),
        high: keep(before === undefined ? carried : add(before.high, carried)),
        strays: keep(before === undefined ? strays : add(before.strays, strays)),
      };
      if (before !== undefined) dispose([before.low, before.high, before.strays]);
      const [intersections, unions] = areasOf(confusion);
      const present = cast(notEqual(unions, 0), 'float32');
      const each = div(intersections, maximum(unions, 1));
      return div(sum(mul(each, present)), maximum(sum(present), 1)) as Scalar;
    });

  function countPixels(labels: Tensor, output: Tensor): { confusion: Tensor2D; strays: Tensor } {
    const { ids, mask } = classLabels(labels, output, encoding);
    const column = cast(reshape(ids, [-1]), 'int32');
    const mark = cast(mask === undefined ? onesLike(column) : reshape(mask, [-1]), 'float32');
    const isClass = logicalAnd(greaterEqual(column, 0), less(column, classCount));
    const isMarked = equal(mark, 1);
    const isLeftOut = logicalOr(
      equal(mark, 0),
      ignoreIndex === undefined ? zerosLike(isClass) : equal(column, ignoreIndex),
    );
    const isCounted = logicalAnd(logicalAnd(isClass, isMarked), logicalNot(isLeftOut));
    // −1 where a pixel is left out: the code of no class.
    const counted = where(isCounted, column, fill(column.shape, -1, 'int32'));
    const predictions = reshape(argMax(output, -1), [-1]);
    const codes = (x: Tensor) => cast(oneHot(x as never, classCount), 'float32') as Tensor2D;
    return {
      confusion: matMul(transpose(codes(counted)), codes(predictions)) as Tensor2D,
      strays: sum(cast(logicalNot(logicalOr(isCounted, isLeftOut)), 'float32')),
    };
  }

  const forget = (split: 'training' | 'validation'): void => {
    const { low, high, strays } = counts[split] ?? {};
    dispose([low, high, strays].filter((each) => each !== undefined));
    counts[split] = undefined;
  };
  /** The mean IoU of what has been counted, or undefined if nothing has. */
  const read = async (split: 'training' | 'validation'): Promise<number | undefined> => {
    const found = counts[split];
    if (found === undefined) return undefined;
    const [low, high, strays] = await Promise.all(
      [found.low, found.high, found.strays].map((each) => each.data()),
    );
    forget(split);
    if (strays![0]! > 0) {
      throw new RangeError(
        `${strays![0]!} pixels of the epoch have labels that are no class; expected 0 to ${classCount - 1}${ignoreIndex === undefined ? '' : ` or ${ignoreIndex}`}, or one-hot codes of 0 and 1`,
      );
    }
    const at = (label: number, prediction: number): number => {
      const place = label * classCount + prediction;
      return base * high![place]! + low![place]!;
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
