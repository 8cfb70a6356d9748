import type { CombinedTerm } from '../losses/combined.js';
import { classFactors } from '../losses/class-factors.js';
import { countedByDefault } from '../losses/class-mean.js';
import type { ClassMeanOptions, InputKind } from '../losses/options.js';
import type { Activation } from '../losses/margin-errors.js';
import type { EngineName, MemoryId } from './engines/engine-of.js';
import type { PassName, RunPass } from './passes/passes.js';
import type { Weighting } from './passes/weighting.js';
import type { PixelLabels } from './input/pixel-labels.js';
import type { PixelLayout } from './input/pixel-layout.js';
import { classMeanFactors, pixelMeanFactors } from './input/problem-factors.js';
import type { Scratch } from './input/scratch.js';
import { weighByHistogram } from './weighing/weigh-by-histogram.js';
import { weighBySorting } from './weighing/weigh-by-sorting.js';

/** A batch as the kernels take it. */
export interface KernelBatch {
  readonly input: Float32Array;
  readonly kind: InputKind;
  readonly layout: PixelLayout;
  readonly groups: number;
  readonly labels: PixelLabels;
  readonly options: Pick<ClassMeanOptions, 'classes' | 'classWeights' | 'ignoreIndex'> & {
    readonly activation?: Activation | undefined;
  };
  /** How Lovász weights are found. */
  readonly method: 'exact' | 'histogram';
  readonly engine: EngineName;
  readonly scratch: Scratch;
  readonly run: RunPass;
  /** The pool's memory that holds all of these, if there is one. */
  memoryOf(...arrays: readonly (Float32Array | Uint16Array)[]): MemoryId | undefined;
  /** Throws for the wrong scores that a pass has come upon. */
  refuse(): void;
}

/** How the kernels compute a loss. */
export interface Recipe {
  /** Whether its first pass over probabilities finds those that are none. */
  readonly check: 'before' | 'while weighing';
  /** What each problem counts in the loss, `[groups, classes]`; of a mean over pixels, what each of its pixels counts. */
  factors(batch: KernelBatch): Float64Array;
  /**
   * Runs the passes: writes the gradient of Σ factor · loss.
   *
   * @param crossEntropy factors by class of the cross-entropy that is added; only where {@link Recipe.takesCrossEntropy}.
   * @returns the value.
   */
  passes(
    batch: KernelBatch,
    factors: Float64Array,
    gradient: Float32Array,
    crossEntropy?: Float64Array,
  ): number;
  /** Whether the passes add cross-entropy of the same logits at no cost of their own. */
  takesCrossEntropy(batch: KernelBatch): boolean;
}

type Weigh = (batch: KernelBatch, weighting: Weighting) => number;

const lovasz: Weigh = ({ method, run, scratch, refuse }, weighting) => {
  const weigh = method === 'histogram' ? weighByHistogram : weighBySorting;
  return weigh(run, weighting, scratch, weighting.isProbability ? refuse : undefined);
};

const softJaccard: Weigh = ({ run }, weighting) => sum(run('softJaccardWeights', weighting));

/** The passes from logits to errors, and from the gradient to errors to that to logits where these differ. */
type BinaryPasses = readonly [PassName & `${string}Errors`, (PassName & `${string}Gradient`)?];

const sigmoid: BinaryPasses = ['sigmoidErrors', 'sigmoidGradient'];
const margins: Readonly<Record<Activation, BinaryPasses>> = {
  relu: ['marginErrors'],
  'elu+1': ['eluErrors', 'eluGradient'],
};

/** A mean over classes: errors, weights of each problem, and back to logits. */
function classMean(
  name: keyof typeof countedByDefault,
  weigh: Weigh,
  activation: (batch: KernelBatch) => 'softmax' | BinaryPasses,
): Recipe {
  return {
    check: weigh === lovasz ? 'while weighing' : 'before',
    factors: ({ labels, layout, groups, options }) =>
      classMeanFactors(
        labels,
        layout,
        groups,
        scoredFactors(labels, layout, options),
        options.classes ?? countedByDefault[name],
      ),
    takesCrossEntropy: (batch) => batch.kind === 'logits' && activation(batch) === 'softmax',
    passes: (batch, factors, gradient, crossEntropy) => {
      const isHinge = name === 'lovasz-hinge';
      const weighting: Weighting = {
        ...weightingOf(batch, factors, gradient),
        areAtMostOne: !isHinge,
        flatAtZero: isHinge && batch.options.activation !== 'elu+1',
      };
      if (weighting.isProbability) return weigh(batch, weighting);
      const { input: logits, labels, layout, run, scratch } = batch;
      const passes = activation(batch);
      if (passes === 'softmax') {
        const softmax = {
          layout,
          logits,
          gradient,
          classOf: labels.data,
          crossEntropyFactors: crossEntropy ?? scratch.float64(new Float64Array(layout.classCount)),
        };
        run('softmaxErrors', softmax);
        const value = weigh(batch, weighting);
        return value + sum(run('softmaxGradient', softmax));
      }
      const [toErrors, toLogits] = passes;
      run(toErrors as 'sigmoidErrors', { weighting, logits });
      const value = weigh(batch, weighting);
      if (toLogits !== undefined) run(toLogits as 'sigmoidGradient', { weighting, logits });
      return value;
    },
  };
}

/** A mean over pixels of one pass: those of each problem, or each for its class alone, whose foreground it is. */
function pixelMean(counted: 'foreground' | 'valid', passes: Recipe['passes']): Recipe {
  return {
    check: 'before',
    factors: ({ labels, layout, groups, options }) =>
      pixelMeanFactors(
        layout,
        groups,
        scoredFactors(labels, layout, { ...options, classes: 'all' }),
        labels[counted],
      ),
    takesCrossEntropy: () => false,
    passes,
  };
}

const binaryPass = (name: 'hinge' | 'binaryCrossEntropy'): Recipe =>
  pixelMean('valid', (batch, factors, gradient) =>
    sum(batch.run(name, { weighting: weightingOf(batch, factors, gradient), logits: batch.input })),
  );

const binaryCrossEntropy = binaryPass('binaryCrossEntropy');
const competingCrossEntropy = pixelMean(
  'foreground',
  ({ input, kind, labels, layout, run, scratch }, factors, gradient) => {
    // Those of the classes, since the groups have them alike.
    const crossEntropyFactors = scratch.float64(factors.subarray(0, layout.classCount));
    const ofClasses = { layout, gradient, classOf: labels.data, crossEntropyFactors };
    return kind === 'logits'
      ? sum(run('crossEntropyOfLogits', { ...ofClasses, logits: input }))
      : sum(run('crossEntropyOfProbabilities', { ...ofClasses, probabilities: input }));
  },
);

/** The recipe of each loss; that of `combined` is a sum of them. */
export const recipes: Readonly<Record<CombinedTerm, (labels: PixelLabels) => Recipe>> = {
  'lovasz-softmax': () => classMean('lovasz-softmax', lovasz, () => 'softmax'),
  'soft-jaccard': () =>
    classMean('soft-jaccard', softJaccard, ({ labels }) => (labels.areBinary ? sigmoid : 'softmax')),
  'lovasz-hinge': () =>
    classMean('lovasz-hinge', lovasz, ({ options }) => margins[options.activation ?? 'relu']),
  'lovasz-sigmoid': () => classMean('lovasz-sigmoid', lovasz, () => sigmoid),
  'cross-entropy': ({ areBinary }) => (areBinary ? binaryCrossEntropy : competingCrossEntropy),
  'binary-cross-entropy': () => binaryCrossEntropy,
  hinge: () => binaryPass('hinge'),
};

/** The factor of each class. A binary label may be ignored; no problem is ignored as a whole. */
export function scoredFactors(
  { areBinary }: Pick<PixelLabels, 'areBinary'>,
  { classCount }: PixelLayout,
  options: KernelBatch['options'],
): readonly number[] {
  return classFactors(classCount, areBinary ? { ...options, ignoreIndex: undefined } : options);
}

function weightingOf(batch: KernelBatch, factors: Float64Array, gradient: Float32Array): Weighting {
  const { input, kind, layout, groups, labels, engine, memoryOf } = batch;
  const isProbability = kind === 'probabilities';
  const errors = isProbability ? input : gradient;
  return {
    layout,
    groups,
    labels,
    errors,
    isProbability,
    areAtMostOne: true,
    flatAtZero: false,
    gradient,
    factors,
    engine,
    memory: memoryOf(errors, gradient, labels.data),
  };
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
