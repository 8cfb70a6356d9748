import { binaryLosses, type LossName } from '../backend/loss-call.js';
import type { TensorBackend } from '../backend/tensor-backend.js';
import { arrangeBinary, arrangeMulticlass, findClassAxis, validPixels } from './arranged-batch.js';
import { classFactors } from './class-factors.js';
import { classMean, countedByDefault } from './class-mean.js';
import { binaryLabelLosses, labelLosses } from './cross-entropy.js';
import { jaccardExtension } from './jaccard-extension.js';
import { marginErrors } from './margin-errors.js';
import { optionNames } from './option-names.js';
import { type ClassMeanOptions, checkOptions, type InputKind, type Masked } from './options.js';
import { pixelMean } from './pixel-mean.js';
import { probabilityErrors } from './probability-errors.js';
import { sigmoid } from './sigmoid.js';
import { softJaccardLosses } from './soft-jaccard.js';
import { wholeLoss } from './whole-loss.js';

/** The losses that {@link combined} adds up; `binary-cross-entropy` is `cross-entropy` with `multilabel`. */
export type CombinedTerm = Exclude<LossName, 'combined'> | 'binary-cross-entropy';

/** The factor ≥ 0 of each loss; one that is left out has 0. */
export type Terms = Readonly<Partial<Record<CombinedTerm, number>>>;

/** Options of {@link combined}. */
export interface CombinedOptions extends ClassMeanOptions {
  /** Default: 1 of `cross-entropy` and of `lovasz-softmax`. */
  readonly terms?: Terms | undefined;
}

/**
 * Σ λ·loss of losses on the same classes: by default cross-entropy (Eq. 1) plus the Lovász-Softmax loss (Eq. 13), what
 * most networks are trained with. The one way to add losses up: those over classes share one softmax.
 *
 * Losses on binary labels (`hinge`, `lovasz-hinge`, `lovasz-sigmoid`, `binary-cross-entropy`) take each class against the
 * rest, one score to each, and are a mean over classes. With one term this is how they are called on class ids. Where the
 * input has one class, they alone can be added up: labels are then 0 or 1.
 *
 * All terms share the options; `classes` and `perImage` concern those that are a mean over classes, as if each were
 * called by itself, with its own default. If `ignoreIndex` is itself a class, no term scores it.
 *
 * @param backend what computes.
 * @param input logits, or probabilities if the options say so: `[images, classes, ...]`, `[images, ..., classes]` or
 *   `[points, classes]`. Hinges have no probabilities.
 * @param labels class ids, of the shape of the input without classes. Values are not checked.
 * @param options see {@link CombinedOptions} and {@link Masked}.
 * @returns a scalar ≥ 0; 0 when no pixel is valid.
 * @throws TypeError for an unknown option, option value or term, or a hinge of probabilities.
 * @throws RangeError when shapes do not fit, there is only one class where classes compete, class ids or weights do not fit
 *   the number of classes, or factors are not numbers ≥ 0, one of them positive.
 * @example
 * const logits = referenceTensor([2, -1, 0, 1], [2, 2]);
 * const labels = referenceTensor([0, 1], [2]);
 * combined(referenceBackend, logits, labels, { terms: { 'cross-entropy': 0.5, 'lovasz-softmax': 1 } }).data[0]; // 0.3040…
 */
export function combined<T>(
  backend: TensorBackend<T>,
  input: T,
  labels: T,
  options: CombinedOptions & Masked<T> = {},
): T {
  checkOptions(options, optionNames.combined);
  const terms = checkTerms(options.terms, options.input);
  const whole = wholeLoss(backend, 'combined', input, labels, options);
  if (whole !== undefined) return whole;

  const names = terms.map(([name]) => name);
  const grouping = options.perImage ? 'images' : 'batch';
  const isPixelMean = names.every((name) => !(name in countedByDefault));
  const inputShape = backend.shape(input);
  const isOneScore =
    inputShape[findClassAxis(inputShape, options.layout)] === 1 && names.every(isAgainstTheRest);
  const [arrange, given] = isOneScore
    ? [arrangeBinary, { ...options, multilabel: true }]
    : [arrangeMulticlass, options];
  const batch = arrange(backend, input, labels, given, isPixelMean ? 'any' : grouping);
  const { classAxis, classCount, foreground } = batch;
  const isProbability = options.input === 'probabilities';
  const scores = once(() => batch.arrange(input));
  const logProbabilities = once(() => batch.arrange(backend.logSoftmax(input, classAxis!)));
  const probabilities = once(() => {
    if (isProbability) return scores();
    return names.includes('cross-entropy')
      ? backend.exp(logProbabilities())
      : batch.arrange(backend.softmax(input, classAxis!));
  });

  const shape = backend.shape(labels);
  const pixelFactors = (): T =>
    backend.constant(
      classFactors(classCount!, {
        ...options,
        classes: 'all',
        ignoreIndex: isOneScore ? undefined : options.ignoreIndex,
      }),
      [1, classCount!, 1],
    );
  const classMeanOf = (name: keyof typeof countedByDefault, losses: T): T =>
    classMean(backend, losses, batch, {
      classes: options.classes ?? countedByDefault[name],
      reduction: undefined,
    });
  const lovasz = (name: keyof typeof countedByDefault, errors: T): T =>
    classMeanOf(name, jaccardExtension(backend, errors, batch));
  const losses: Readonly<Record<CombinedTerm, () => T>> = {
    'cross-entropy': () => {
      const given = isProbability ? { probabilities: scores() } : { logProbabilities: logProbabilities() };
      const each = labelLosses<T>(backend, given, { foreground, factors: pixelFactors() });
      return pixelMean(backend, each.losses, each.weights, { reduction: undefined, shape });
    },
    hinge: () => {
      const weights = backend.multiply(validPixels(backend, batch), pixelFactors());
      const errors = marginErrors(backend, scores(), foreground);
      return pixelMean(backend, errors, weights, { reduction: undefined, shape });
    },
    'binary-cross-entropy': () => {
      const weights = backend.multiply(validPixels(backend, batch), pixelFactors());
      const each = binaryLabelLosses(backend, scores(), foreground, weights, options.input);
      return pixelMean(backend, each, weights, { reduction: undefined, shape });
    },
    'lovasz-softmax': () => lovasz('lovasz-softmax', probabilityErrors(backend, probabilities(), foreground)),
    'soft-jaccard': () => classMeanOf('soft-jaccard', softJaccardLosses(backend, probabilities(), batch)),
    'lovasz-hinge': () => lovasz('lovasz-hinge', marginErrors(backend, scores(), foreground)),
    'lovasz-sigmoid': () => {
      const each = isProbability ? scores() : sigmoid(backend, scores());
      return lovasz('lovasz-sigmoid', probabilityErrors(backend, each, foreground));
    },
  };
  return terms
    .map(([name, factor]) => {
      const loss = losses[name]();
      return factor === 1 ? loss : backend.multiply(backend.constant(factor), loss);
    })
    .reduce((sum, term) => backend.add(sum, term));
}

/** Whether a term takes each class against the rest, so that classes do not compete. */
export function isAgainstTheRest(name: CombinedTerm): boolean {
  return name === 'binary-cross-entropy' || binaryLosses.has(name);
}

/** The value of a function that is called once, when it is first needed. */
function once<T>(compute: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: compute() };
    return made.value;
  };
}

const termNames: readonly CombinedTerm[] = [
  'cross-entropy',
  'lovasz-softmax',
  'soft-jaccard',
  'hinge',
  'lovasz-hinge',
  'lovasz-sigmoid',
  'binary-cross-entropy',
];

/**
 * The terms with a positive factor.
 *
 * @throws TypeError for an unknown term, or a hinge of probabilities.
 * @throws RangeError for a factor that is no finite number ≥ 0, or when none is positive.
 */
export function checkTerms(
  terms: Terms = { 'cross-entropy': 1, 'lovasz-softmax': 1 },
  input: InputKind = 'logits',
): readonly (readonly [CombinedTerm, number])[] {
  const entries = Object.entries(terms) as [CombinedTerm, number][];
  for (const [name, factor] of entries) {
    if (!termNames.includes(name)) {
      throw new TypeError(`terms hold "${name}"; accepted: ${termNames.join(', ')}`);
    }
    if (!(Number.isFinite(factor) && factor >= 0)) {
      throw new RangeError(`terms["${name}"] is ${factor}; expected a finite number ≥ 0`);
    }
  }
  const positive = entries.filter(([, factor]) => factor > 0);
  if (positive.length === 0) throw new RangeError('terms hold no positive factor; expected at least one');
  const hinge = positive.find(([name]) => name === 'hinge' || name === 'lovasz-hinge');
  if (hinge !== undefined && input === 'probabilities') {
    throw new TypeError(`terms hold "${hinge[0]}" and input is "probabilities"; expected "logits"`);
  }
  return positive;
}
