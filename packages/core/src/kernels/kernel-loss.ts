import { checkMask } from '../checks/check-mask.js';
import { checkScores } from '../checks/check-scores.js';
import { classFactors } from '../losses/class-factors.js';
import { binaryLosses } from '../losses/losses-by-name.js';
import type { LovaszHingeOptions } from '../losses/lovasz-hinge.js';
import type { LovaszSigmoidOptions } from '../losses/lovasz-sigmoid.js';
import { optionNames } from '../losses/option-names.js';
import { checkOptions } from '../losses/options.js';
import type { ReferenceOptions, Values } from '../reference/reference-loss.js';
import type { BinaryScores } from './binary-passes.js';
import { checkGradient, checkShapes, checkShared } from './check-kernel-arrays.js';
import { checkEngine, type EngineName, engineOf, type MemoryId } from './engines.js';
import { type RunJob, runHere } from './job.js';
import { type KernelArray, type KernelInput, widenInput } from './kernel-input.js';
import { checkMethod, type KernelMethod, settleMethod } from './method.js';
import { layoutWithClasses, layoutWithoutClasses } from './pixel-layout.js';
import {
  type Allocate,
  binaryLabels,
  classLabels,
  invertLabels,
  type LabelConversion,
} from './pixel-labels.js';
import { classMeanFactors, labelPixelFactors, pixelMeanFactors } from './problem-factors.js';
import { weighByHistogram } from './weigh-by-histogram.js';
import { weighAllBySorting } from './weigh-by-sorting.js';
import type { Weighting } from './weighting.js';
import type { WorkerPool } from './worker-pool.js';

/** The losses that have a kernel. */
export type KernelLossName = (typeof kernelNames)[number];

const kernelNames = [
  'lovasz-softmax',
  'lovasz-hinge',
  'lovasz-sigmoid',
  'cross-entropy',
  'hinge',
  'soft-jaccard',
] as const;

/** The options of the loss itself, and those of its kernel. */
export type KernelOptions<Name extends KernelLossName> = ReferenceOptions<Name> & {
  /** Where to write the gradient: as long as the input, and not its memory. Allocated when it is left out. */
  readonly gradient?: Float32Array | undefined;
  /**
   * More threads. Gradient and float32 input must then be on a SharedArrayBuffer; those that its `float32Array` makes
   * are not copied.
   */
  readonly pool?: WorkerPool | undefined;
} & (Name extends `lovasz-${string}`
    ? {
        /** How the weights are found. Default `auto`. */
        readonly method?: KernelMethod | undefined;
        /** In what the inner loops run. Default `auto`. */
        readonly engine?: EngineName | undefined;
      }
    : unknown) &
  (Name extends 'lovasz-softmax' | 'soft-jaccard'
    ? {
        /** λ ≥ 0 adds λ times the cross-entropy (Eq. 1) of the same logits. Default 0. */
        readonly crossEntropy?: number | undefined;
      }
    : unknown);

/**
 * A loss and its gradient on float32 arrays: {@link referenceLoss}, fast.
 *
 * Of a Lovász loss, every pixel of one binary problem (a class of the batch, or of an image) is counted in integers; weights are
 * computed in float64 from these counts and rounded once. With logits the gradient's memory also holds what is in
 * between. Beyond input and gradient, a call takes 2 bytes per label, and tables of 1 MB for each of up to 32 problems
 * (`histogram`; for each 4 million pixels of larger ones) or, kept for later calls, 16 bytes per pixel of one problem
 * and thread (`exact`). `symmetric` takes twice the memory of the input more, and an input of 16 bits 4
 * bytes per entry, in which it is widened; its gradient is float32.
 *
 * @param name the loss.
 * @param given logits, or probabilities if the options say so, see {@link KernelInput}; shapes as of the loss.
 * @param labels any array of numbers, of the shape that the loss wants.
 * @param options see {@link KernelOptions}.
 * @returns the value, and the gradient to the input, of its shape.
 * @throws RangeError for labels that are neither a class nor `ignoreIndex`, logits that are not finite, probabilities
 *   outside 0…1, a mask of other values than 0 and 1, shapes or lengths that do not fit or are empty, one class where
 *   classes compete, and class options that do not fit.
 * @throws TypeError for an unknown loss, option or option value, or data of another type.
 *   Nothing has been written to `gradient` when an error is thrown.
 * @example
 * const { value, gradient } = kernelLoss(
 *   'lovasz-softmax',
 *   { data: Float32Array.of(2, -1, 0, 1), shape: [2, 2] },
 *   { data: [0, 1], shape: [2] },
 * );
 */
export function kernelLoss<Name extends KernelLossName>(
  name: Name,
  given: KernelInput,
  labels: Values,
  options?: KernelOptions<Name>,
): { readonly value: number; readonly gradient: KernelArray } {
  if (!kernelNames.includes(name)) {
    throw new TypeError(`unknown loss "${name}"; accepted: ${kernelNames.join(', ')}`);
  }
  const {
    method,
    engine,
    gradient: target,
    pool,
    crossEntropy = 0,
    ...lossOptions
  }: KernelOptions<'lovasz-softmax'> & LovaszSigmoidOptions & LovaszHingeOptions = options ?? {};
  checkOptions(
    lossOptions,
    optionNames[name].filter((each) => each !== 'reduction'),
  );
  const isLovasz = name.startsWith('lovasz');
  for (const [option, value] of Object.entries({ method, engine })) {
    if (value !== undefined && !isLovasz) {
      throw new TypeError(`${option} is ${JSON.stringify(value)} for ${name}; it is of Lovász losses`);
    }
  }
  if (method !== undefined) checkMethod(method);
  if (engine !== undefined) checkEngine(engine);
  const isSoftmax = !binaryLosses.has(name) && lossOptions.multilabel !== true;
  const kind = lossOptions.input ?? 'logits';
  if (!(Number.isFinite(crossEntropy) && crossEntropy >= 0)) {
    throw new RangeError(`crossEntropy is ${crossEntropy}; expected a finite number ≥ 0`);
  }
  if (crossEntropy > 0 && !(isSoftmax && kind === 'logits' && name !== 'cross-entropy')) {
    throw new TypeError(
      `crossEntropy is ${crossEntropy} for ${kind} of ${name}; it needs logits of lovasz-softmax or soft-jaccard`,
    );
  }

  const allocate: Allocate = (bytes) =>
    pool === undefined ? new ArrayBuffer(bytes) : new SharedArrayBuffer(bytes);
  const input = widenInput(kind, given, allocate);
  const hasClasses = isSoftmax || lossOptions.multilabel === true;
  const { ignoreIndex, mask } = lossOptions;
  checkShapes(input, labels, mask, { hasClasses, isSoftmax, kind, layout: lossOptions.layout });
  if (target !== undefined) checkGradient(target, input.data);
  if (pool !== undefined) {
    checkShared(kind, input.data);
    if (target !== undefined) checkShared('gradient', target);
  }
  const layout = hasClasses
    ? layoutWithClasses(input.shape, lossOptions.layout)
    : layoutWithoutClasses(labels.shape);
  // A binary label may be ignored; no problem is ignored as a whole.
  const classFactor = classFactors(
    layout.classes,
    isSoftmax ? lossOptions : { ...lossOptions, ignoreIndex: undefined },
  );
  if (mask !== undefined) checkMask(mask.data);
  const run: RunJob = pool === undefined ? runHere : pool.run;
  const groups = lossOptions.perImage === true ? layout.images : 1;
  const memoryOf = (...arrays: readonly (Float32Array | Uint16Array)[]): MemoryId | undefined =>
    engine !== 'javascript' && arrays.every((array) => pool?.memory.holds(array) === true)
      ? pool!.memory.id
      : undefined;
  const labelMemory = pool?.memory.labels(labels.data.length) ?? new Uint16Array(labels.data.length);
  const conversion: LabelConversion = {
    labels: labels.data,
    ignoreIndex,
    mask: mask?.data,
    data: labelMemory,
    engine: engineOf({ engine: engine ?? 'auto', memory: memoryOf(labelMemory) }),
  };
  const pixelLabels = (isSoftmax ? classLabels : binaryLabels)(conversion, layout, groups);

  const settled = settleMethod(method ?? 'auto', (layout.images / groups) * layout.pixels);
  const refuse = (): void => checkScores(input.data, kind);
  const isProbability = kind === 'probabilities';
  // Wrong probabilities are found by the first pass of a Lovász loss over them.
  if (!isProbability) {
    if (
      run({
        name: 'check',
        logits: input.data,
        engine: engine ?? 'auto',
        memory: memoryOf(input.data),
      }).includes(1)
    )
      refuse();
  } else if (!isLovasz) refuse();
  const factors = new Float64Array(allocate(8 * groups * layout.classes));
  const isClassMean = isLovasz || name === 'soft-jaccard';
  const counted = lossOptions.classes ?? (isSoftmax || name === 'soft-jaccard' ? 'present' : 'all');
  factors.set(
    isClassMean
      ? classMeanFactors(pixelLabels, layout, groups, classFactor, counted)
      : labelPixelFactors(pixelLabels, classFactor),
  );

  const gradient = target ?? new Float32Array(allocate(4 * input.data.length));
  const weighting: Weighting = {
    layout,
    groups,
    labels: pixelLabels,
    errors: isProbability ? input.data : gradient,
    isProbability,
    areAtMostOne: name !== 'lovasz-hinge',
    flatAtZero: name === 'lovasz-hinge' && lossOptions.activation !== 'elu+1',
    gradient,
    factors,
    engine: engine ?? 'auto',
    memory: memoryOf(isProbability ? input.data : gradient, gradient, labelMemory),
  };
  const weighAll = settled === 'histogram' ? weighByHistogram : weighAllBySorting;
  const weigh = (of: Weighting): number => {
    if (!isLovasz) return sum(run({ name: 'soft-jaccard weights', weighting: of }));
    return weighAll(run, of, allocate, isProbability ? refuse : undefined);
  };

  const result = (value: number) => ({ value, gradient: { data: gradient, shape: [...input.shape] } });
  if (isClassMean && isProbability) return result(weigh(weighting));
  if (!isSoftmax) {
    const scores = { weighting, logits: input.data };
    if (!isClassMean) {
      const pass = name === 'hinge' ? 'hinge' : 'binary cross-entropy';
      return result(sum(run({ name: pass, binary: scores })));
    }
    const activation = name === 'lovasz-hinge' ? (lossOptions.activation ?? 'relu') : 'sigmoid';
    const [toErrors, toLogits] = binaryPasses[activation];
    const evaluate = (binary: BinaryScores): number => {
      run({ name: toErrors, binary });
      const value = weigh(binary.weighting);
      if (toLogits !== undefined) run({ name: toLogits, binary });
      return value;
    };
    const value = evaluate(scores);
    if (lossOptions.symmetric !== true) return result(value);
    const inverted = invert(scores, allocate);
    const valueOfBackground = evaluate(inverted);
    inverted.weighting.gradient.forEach((entry, place) => {
      gradient[place] = (gradient[place]! - entry) / 2;
    });
    return result((value + valueOfBackground) / 2);
  }
  const crossEntropyFactors = new Float64Array(allocate(8 * layout.classes));
  crossEntropyFactors.set(
    pixelMeanFactors(
      pixelLabels,
      layout,
      groups,
      classFactors(layout.classes, { ...lossOptions, classes: 'all' }),
    ),
  );
  const share = name === 'cross-entropy' ? 1 : crossEntropy;
  crossEntropyFactors.forEach((factor, id) => (crossEntropyFactors[id] = share * factor));
  const ofClasses = { layout, gradient, classOf: pixelLabels.data, crossEntropyFactors };
  if (isProbability) {
    const probabilities = { ...ofClasses, probabilities: input.data };
    return result(sum(run({ name: 'cross-entropy of probabilities', probabilities })));
  }
  const softmax = { ...ofClasses, logits: input.data };
  if (!isClassMean) return result(sum(run({ name: 'cross-entropy of logits', softmax })));
  run({ name: 'softmax errors', softmax });
  const value = weigh(weighting);
  return result(value + sum(run({ name: 'softmax gradient', softmax })));
}

/** The passes from logits to errors, and from the gradient to errors to that to logits where these differ. */
const binaryPasses = {
  relu: ['margin errors', undefined],
  'elu+1': ['elu errors', 'elu gradient'],
  sigmoid: ['sigmoid errors', 'sigmoid gradient'],
} as const;

/** The same problems with the background as foreground: scores negated and labels inverted, in memory of their own. */
function invert({ weighting, logits }: BinaryScores, allocate: Allocate): BinaryScores {
  const negated = new Float32Array(allocate(4 * logits.length));
  logits.forEach((logit, place) => (negated[place] = -logit));
  const gradient = new Float32Array(allocate(4 * logits.length));
  const labels = invertLabels(weighting.labels, allocate);
  return {
    weighting: { ...weighting, labels, errors: gradient, gradient, memory: undefined },
    logits: negated,
  };
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
