import type { LossName } from '../backend/loss-call.js';
import { checkMask } from '../checks/check-mask.js';
import { checkScores } from '../checks/check-scores.js';
import type { JaccardMethod } from '../jaccard/jaccard-method.js';
import { type CombinedTerm, checkTerms, isAgainstTheRest, type Terms } from '../losses/combined.js';
import type { LovaszHingeOptions } from '../losses/lovasz-hinge.js';
import type { LovaszSigmoidOptions } from '../losses/lovasz-sigmoid.js';
import { findClassAxis } from '../losses/arranged-batch.js';
import { optionNames } from '../losses/option-names.js';
import { checkOptions } from '../losses/options.js';
import type { ReferenceOptions, Values } from '../reference/reference-loss.js';
import { checkGradient, checkShapes, checkShared } from './input/check-kernel-arrays.js';
import { checkEngine, type EngineName, engineOf } from './engines/engine-of.js';
import { type KernelArray, type KernelInput, widenInput } from './input/kernel-input.js';
import { runHere } from './passes/passes.js';
import { binaryLabels, classLabels, invertLabels } from './input/pixel-labels.js';
import { layoutWithClasses, layoutWithoutClasses } from './input/pixel-layout.js';
import { type KernelBatch, type Recipe, recipes, scoredFactors } from './recipes.js';
import { ownScratch } from './input/scratch.js';
import type { WorkerPool } from './threads/worker-pool.js';
import { checkMethod, settleMethod } from './weighing/settle-method.js';

/** The options of the loss itself, and those of its kernel. */
export type KernelOptions<Name extends LossName> = ReferenceOptions<Name> & {
  /** Where to write the gradient: as long as the input, and not its memory. Allocated when it is left out. */
  readonly gradient?: Float32Array | undefined;
  /**
   * More threads. Gradient and float32 input must then be on a SharedArrayBuffer; those that its `float32Array` makes
   * are not copied.
   */
  readonly pool?: WorkerPool | undefined;
} & (Name extends `lovasz-${string}` | 'combined'
    ? {
        /** How the weights are found. Default `auto`. */
        readonly method?: JaccardMethod | undefined;
        /** In what the inner loops run. Default `auto`. */
        readonly engine?: EngineName | undefined;
      }
    : unknown);

/**
 * A loss and its gradient on float32 arrays: {@link referenceLoss}, fast.
 *
 * Of a Lovász loss, every pixel of one binary problem (a class of the batch, or of an image) is counted in integers; weights are
 * computed in float64 from these counts and rounded once. With logits the gradient's memory also holds what is in
 * between. Beyond input and gradient, a call takes 2 bytes per label, and tables of 1 MB for each of up to 32 problems
 * (`histogram`; for each 4 million pixels of larger ones) or, kept for later calls, 16 bytes per pixel of one problem
 * and thread (`exact`). `symmetric` takes twice the memory of the input more, `combined` once for the second of its terms
 * (cross-entropy beside a softmax takes none), and an input of 16 bits 4 bytes per entry, in which it is widened; its
 * gradient is float32. With a pool all of this is kept for later calls.
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
export function kernelLoss<Name extends LossName>(
  name: Name,
  given: KernelInput,
  labels: Values,
  options?: KernelOptions<Name>,
): { readonly value: number; readonly gradient: KernelArray } {
  const call = readCall(name, options ?? {});
  const batch = arrangeBatch(call, given, labels);
  const parts = planParts(call, batch);
  checkValues(batch, parts);

  const { scratch } = batch;
  const size = batch.input.length;
  const gradient = call.gradient ?? newGradient(size, call.pool !== undefined);
  let value = 0;
  let spare: Float32Array | undefined;
  for (const [index, { recipe, batch: own, factors, crossEntropy, sign }] of parts.entries()) {
    const target = index === 0 ? gradient : (spare ??= scratch.float32(size));
    value += recipe.passes(own, factors, target, crossEntropy);
    if (index > 0) add(gradient, sign, target);
  }
  return { value, gradient: { data: gradient, shape: [...given.shape] } };
}

/** What a call asks for. */
type KernelCall = ReturnType<typeof readCall>;

/** @throws TypeError or RangeError for an unknown loss, option or option value. */
function readCall(name: LossName, options: object) {
  if (!Object.hasOwn(optionNames, name)) {
    throw new TypeError(`unknown loss "${name}"; accepted: ${Object.keys(optionNames).join(', ')}`);
  }
  const {
    method,
    engine,
    gradient,
    pool,
    ...lossOptions
  }: KernelOptions<'lovasz-softmax'> &
    LovaszSigmoidOptions &
    LovaszHingeOptions & { readonly terms?: Terms | undefined } = options;
  checkOptions(
    lossOptions,
    optionNames[name].filter((each) => each !== 'reduction'),
  );
  const kind = lossOptions.input ?? 'logits';
  const terms: readonly (readonly [CombinedTerm, number])[] =
    name === 'combined' ? checkTerms(lossOptions.terms, kind) : [[name, 1]];
  for (const [option, given] of Object.entries({ method, engine })) {
    if (given !== undefined && !terms.some(([term]) => term.startsWith('lovasz'))) {
      throw new TypeError(`${option} is ${JSON.stringify(given)} for ${name}; it is of Lovász losses`);
    }
  }
  if (method !== undefined) checkMethod(method);
  if (engine !== undefined) checkEngine(engine);
  return { name, terms, kind, method, engine, gradient, pool, options: lossOptions } as const;
}

/** Checks shapes and labels, and converts the labels. */
function arrangeBatch(call: KernelCall, given: KernelInput, labels: Values): KernelBatch {
  const { name, terms, kind, pool, options, engine = 'auto' } = call;
  const scratch = pool?.scratch.begin() ?? ownScratch;
  const input = widenInput(kind, given, scratch);
  const { layout: order, ignoreIndex, mask, multilabel } = options;
  const areAgainstTheRest = terms.every(([term]) => isAgainstTheRest(term));
  const isOneScore = name === 'combined' && input.shape[findClassAxis(input.shape, order)] === 1;
  const areClasses =
    name === 'combined' ? !(areAgainstTheRest && isOneScore) : !areAgainstTheRest && multilabel !== true;
  const hasClasses = areClasses || name === 'combined' || multilabel === true;
  checkShapes(input, labels, mask, { hasClasses, areClasses, kind, layout: order });
  if (call.gradient !== undefined) checkGradient(call.gradient, input.data);
  if (pool !== undefined) {
    checkShared(kind, input.data);
    if (call.gradient !== undefined) checkShared('gradient', call.gradient);
  }
  const layout = hasClasses ? layoutWithClasses(input.shape, order) : layoutWithoutClasses(labels.shape);
  scoredFactors({ areBinary: !areClasses }, layout, options);
  if (mask !== undefined) checkMask(mask.data);
  const groups = options.perImage === true ? layout.images : 1;
  const memoryOf: KernelBatch['memoryOf'] = (...arrays) =>
    engine !== 'javascript' && arrays.every((array) => pool?.memory.holds(array) === true)
      ? pool!.memory.id
      : undefined;
  const data = pool?.memory.labels(labels.data.length) ?? new Uint16Array(labels.data.length);
  const conversion = {
    labels: labels.data,
    ignoreIndex,
    mask: mask?.data,
    data,
    engine: engineOf({ engine, memory: memoryOf(data) }),
  };
  return {
    input: input.data,
    kind,
    layout,
    groups,
    labels: (areClasses ? classLabels : binaryLabels)(conversion, layout, groups),
    options,
    method: settleMethod(call.method ?? 'auto', (layout.images / groups) * layout.pixels),
    engine,
    scratch,
    run: pool?.run ?? runHere,
    memoryOf,
    refuse: () => checkScores(input.data, kind),
  };
}

/** One of the losses that are added up. */
interface Part {
  readonly recipe: Recipe;
  readonly batch: KernelBatch;
  readonly factors: Float64Array;
  /** Factors by class of the cross-entropy that comes with it. */
  readonly crossEntropy: Float64Array | undefined;
  /** With what sign its gradient is added. */
  readonly sign: 1 | -1;
}

/** The sum as parts: cross-entropy goes with a loss of the same softmax, a symmetric loss is the mean of two. */
function planParts({ terms, options }: KernelCall, batch: KernelBatch): readonly Part[] {
  const { scratch } = batch;
  const scaled = (values: Float64Array, factor: number): Float64Array =>
    scratch.float64(values.map((value) => factor * value));
  const planned = terms.map(([name, factor]) => ({ name, factor, recipe: recipes[name](batch.labels) }));
  const crossEntropy = planned.find(({ name }) => name === 'cross-entropy');
  const host = planned.find(({ recipe }) => recipe.takesCrossEntropy(batch));
  const guest = host === undefined ? undefined : crossEntropy;
  const parts = planned
    .filter((each) => each !== guest)
    .map((each): Part => ({
      recipe: each.recipe,
      batch,
      factors: scaled(each.recipe.factors(batch), each.factor),
      crossEntropy:
        each === host && guest !== undefined
          ? scaled(guest.recipe.factors(batch).subarray(0, batch.layout.classCount), guest.factor)
          : undefined,
      sign: 1,
    }));
  if (options.symmetric !== true) return parts;
  // The same classes count for both.
  const halves = parts.map((part) => ({ ...part, factors: scaled(part.factors, 0.5) }));
  const ofBackground = inverted(batch);
  return halves.flatMap((part): Part[] => [part, { ...part, batch: ofBackground, sign: -1 }]);
}

/** The same problems with the background as foreground: scores negated and labels inverted, in memory of their own. */
function inverted(batch: KernelBatch): KernelBatch {
  const input = batch.scratch.float32(batch.input.length);
  batch.input.forEach((logit, place) => (input[place] = -logit));
  return { ...batch, input, labels: invertLabels(batch.labels, batch.scratch) };
}

/** Wrong scores are found before anything is written: by a pass over logits, or the first of a Lovász loss. */
function checkValues(batch: KernelBatch, parts: readonly Part[]): void {
  const { input, kind, engine, memoryOf, run, refuse } = batch;
  if (kind === 'logits') {
    if (run('finiteness', { logits: input, engine, memory: memoryOf(input) }).includes(1)) refuse();
  } else if (parts.some(({ recipe }) => recipe.check === 'before')) refuse();
}

/** Memory that the caller keeps. */
function newGradient(size: number, isShared: boolean): Float32Array {
  return isShared ? new Float32Array(new SharedArrayBuffer(4 * size)) : new Float32Array(size);
}

function add(sum: Float32Array, sign: 1 | -1, part: Float32Array): void {
  for (let place = 0; place < sum.length; place++) sum[place] = sum[place]! + sign * part[place]!;
}
