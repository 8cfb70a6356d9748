import {
  kernelLoss,
  type LossName,
  lossesByName,
  type LovaszSoftmaxOptions,
  type lovaszSoftmax,
  referenceBackend,
  referenceLoss,
  type ReferenceTensor,
  referenceTensor,
  type Values,
} from '@lovasz/core';
import fc from 'fast-check';

const names = [
  'lovasz-softmax',
  'lovasz-hinge',
  'lovasz-sigmoid',
  'cross-entropy',
  'hinge',
  'soft-jaccard',
] as const satisfies readonly LossName[];

/** What is left in a gradient buffer that nothing was written to. */
const untouched = 7;

/** Errors closer than this may change places in float32, and with them their weights. */
const smallestGap = 1e-5;

/** A call of `kernelLoss`, right or wrong. */
export interface RandomCall {
  readonly name: LossName;
  readonly input: { readonly data: Float32Array; readonly shape: readonly number[] };
  readonly labels: Values;
  readonly options: Readonly<Record<string, unknown>>;
  readonly method: 'exact' | 'histogram' | 'auto' | undefined;
}

const wildNumbers = [0, -0, 1, -1, 0.5, 2, 1e-30, 1e-42, -1e5, 1e5, 3e38];
const wrongNumbers = [NaN, Infinity, -Infinity, 1.5, -0.25];

/** Calls of every loss, shape and option: one in four has something wrong, one in four has ties and far numbers. */
const randomCall: fc.Arbitrary<RandomCall> = fc
  .record({
    name: fc.constantFrom(...names),
    shape: fc.constantFrom<number[]>([1], [3], [8], [1, 1], [2, 3], [1, 4], [2, 2, 2], [3, 1, 2]),
    classes: fc.integer({ min: 1, max: 4 }),
    // Every choice below is made from these: drawing one array is much faster than drawing each.
    choices: fc.array(fc.nat(9999), { minLength: 24, maxLength: 24 }),
    values: fc.array(fc.integer({ min: -500, max: 500 }), { minLength: 48, maxLength: 48 }),
  })
  .map(({ name, shape: pixels, classes, choices, values }) => {
    let next = 0;
    const choose = <T>(...from: readonly T[]): T => from[choices[next++ % choices.length]! % from.length]!;
    const mood = choose('plain', 'plain', 'wild', 'wrong');
    const wrong = (is: () => boolean): boolean => mood === 'wrong' && is();
    const canBeMultilabel = name !== 'lovasz-softmax';
    const multilabel = canBeMultilabel ? choose(undefined, false, true) : undefined;
    const isBinary = name.endsWith('hinge') || name === 'lovasz-sigmoid' || multilabel === true;
    const hasClasses = !isBinary || multilabel === true;
    const layout = choose(undefined, 'channels-first', 'channels-last');
    // Of points the classes come last in both layouts.
    const axis = layout === 'channels-last' || pixels.length === 1 ? pixels.length : 1;
    const shape = hasClasses ? pixels.toSpliced(axis, 0, classes) : [...pixels];
    const labelShape = isBinary ? [...shape] : [...pixels];
    const sizeOf = (of: readonly number[]): number => of.reduce((product, length) => product * length, 1);

    const canBeProbability = !name.endsWith('hinge');
    const kind = canBeProbability ? choose(undefined, 'logits', 'probabilities') : undefined;
    const data = Float32Array.from({ length: sizeOf(shape) }, (_, i) => {
      const value = (values[i % values.length]! + Math.sqrt(i + 2) / 17) / 60;
      if (wrong(() => choose(1, 0, 0, 0, 0, 0) === 1)) return choose(...wrongNumbers);
      const number = mood === 'wild' ? choose(value, ...wildNumbers) : value;
      if (kind !== 'probabilities') return number;
      return mood === 'wild' ? Math.min(1, Math.abs(number)) : 1 / (1 + Math.exp(-number));
    });

    const ignoreIndex = choose(undefined, undefined, 255, -1, 0, 1);
    const known = Array.from({ length: isBinary ? 2 : classes }, (_, id) => id);
    const accepted = ignoreIndex === undefined ? known : [...known, ignoreIndex];
    const labels = Array.from({ length: sizeOf(labelShape) }, (_, i) => {
      if (wrong(() => choose(1, 0, 0, 0, 0, 0, 0) === 1)) return choose(37, -3, 0.5, NaN, 4);
      return accepted[
        Math.abs(values[(7 * i + 3) % values.length]! + choices[i % choices.length]!) % accepted.length
      ]!;
    });
    const masked = choose(true, false, false);
    const mask = {
      data: labels.map((_, i) =>
        wrong(() => choose(1, 0, 0, 0, 0, 0) === 1) ? 2 : choices[i % 24]! % 4 === 0 ? 0 : 1,
      ),
      shape: labelShape,
    };
    const labelCount = hasClasses ? classes : 1;
    const classesOption = choose<unknown>(undefined, 'present', 'all', [0], [labelCount - 1]);
    const classWeights = choose<unknown>(
      undefined,
      Array.from({ length: labelCount }, (_, id) => (id === 1 ? 0 : 0.5 + id)),
    );
    const options: Record<string, unknown> = {
      ignoreIndex,
      layout: hasClasses ? layout : undefined,
      mask: masked ? mask : undefined,
      classWeights: wrong(() => choose(1, 0, 0) === 1)
        ? choose<unknown>([-1], [0, 0, 0, 0], [1, NaN], 'two')
        : classWeights,
    };
    if (canBeMultilabel) options['multilabel'] = multilabel;
    if (canBeProbability) options['input'] = kind;
    if (name.startsWith('lovasz') || name === 'soft-jaccard') {
      options['perImage'] = choose(undefined, true, false);
      options['classes'] = wrong(() => choose(1, 0, 0) === 1)
        ? choose<unknown>([9], [0, 0], [], 'some', [0.5])
        : classesOption;
    }
    if (name === 'lovasz-hinge') {
      options['activation'] = choose(undefined, 'relu', 'elu+1');
      options['symmetric'] = choose(undefined, false, true);
    }
    if (wrong(() => choose(1, 0, 0, 0) === 1))
      options[choose('temperature', 'reduction', 'perimage')] = choose<unknown>(1, 'none');
    return {
      name,
      input: {
        data,
        shape: wrong(() => choose(1, 0, 0, 0) === 1)
          ? choose([2], [0, 2], [1.5], [], [2 ** 20, 2 ** 20])
          : shape,
      },
      labels: {
        data: labels,
        shape: wrong(() => choose(1, 0, 0, 0) === 1) ? [labels.length, 1] : labelShape,
      },
      options: Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
      method: name.startsWith('lovasz') ? choose(undefined, 'exact', 'histogram', 'auto') : undefined,
    };
  });

/** What came of a call that went as it should. */
export type Verdict = 'agreed' | 'refused' | 'near tie';

/**
 * Makes one call by the kernels and by the float64 reference.
 *
 * @throws Error when one refuses what the other accepts, a refused call has written to the gradient, or the results differ.
 */
export function judgeCall({ name, input, labels, options, method }: RandomCall): Verdict {
  const gradient = new Float32Array(input.data.length).fill(untouched);
  let refusal: unknown;
  let found: { value: number } | undefined;
  try {
    found = kernelLoss(name, input, labels, {
      ...options,
      gradient,
      ...(method ? { method } : {}),
    } as object);
  } catch (error) {
    refusal = error;
  }
  let expected: ReturnType<typeof referenceLoss> | undefined;
  let objection: unknown;
  try {
    expected = referenceLoss(name, input, labels, options as object);
  } catch (error) {
    objection = error;
  }
  if (found === undefined) {
    if (!(refusal instanceof RangeError || refusal instanceof TypeError) || refusal.message.length < 10) {
      throw new Error('crashed', { cause: refusal });
    }
    if (expected !== undefined) throw new Error('refused what the reference accepts', { cause: refusal });
    if (gradient.some((entry) => entry !== untouched))
      throw new Error('wrote to the gradient of a refused call');
    return 'refused';
  }
  if (expected === undefined) throw new Error('accepted what the reference refuses', { cause: objection });

  const scale = Math.max(1, Math.abs(expected.value));
  const difference = expected.value - found.value;
  const isClose = Object.is(expected.value, found.value) || Math.abs(difference) <= 1e-5 * scale;
  const isCounted = method === 'histogram' && difference >= 0 && difference <= expected.value * 2 ** -10;
  if (!isClose && !isCounted) throw new Error(`the value is ${found.value}; expected ${expected.value}`);
  const entries = expected.gradient.data;
  // A probability of almost 0 has a gradient that float32 cannot hold.
  if (!entries.every((entry) => Number.isFinite(Math.fround(entry))) || method === 'histogram')
    return 'agreed';
  const largest = entries.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0);
  // Over a union of nearly 0 the reference's quotient rule cancels; the kernels' closed form does not.
  if (name === 'soft-jaccard' && largest > 1e6) return 'agreed';
  const wrong = entries.findIndex((entry, i) => !(Math.abs(entry - gradient[i]!) <= 1e-5 * largest + 1e-7));
  if (wrong < 0) return 'agreed';
  if (hasNearTie({ name, input, labels, options, method })) return 'near tie';
  throw new Error(`gradient[${wrong}] is ${gradient[wrong]}; expected ${entries[wrong]}`);
}

/** Whether two errors of one problem are so close that float32 may order them otherwise. */
function hasNearTie({ name, input, labels, options }: RandomCall): boolean {
  let found = false;
  const mask = options['mask'] as Values | undefined;
  const loss = lossesByName[name] as typeof lovaszSoftmax;
  const backend = {
    ...referenceBackend,
    jaccardWeights: (errors: ReferenceTensor, foreground: ReferenceTensor, valid: ReferenceTensor) => {
      const pixels = errors.shape.at(-1)!;
      for (let start = 0; start < errors.data.length; start += pixels) {
        const row = [...errors.data.slice(start, start + pixels)].sort((a, b) => a - b);
        if (row.some((error, i) => i > 0 && error - row[i - 1]! < smallestGap * Math.max(error, 1e-3)))
          found = true;
      }
      return referenceBackend.jaccardWeights(errors, foreground, valid);
    },
  };
  loss(backend, referenceTensor(input.data, input.shape), referenceTensor(labels.data, labels.shape), {
    ...options,
    ...(mask === undefined ? {} : { mask: referenceTensor(mask.data, mask.shape) }),
  } as LovaszSoftmaxOptions & { mask?: ReferenceTensor });
  return found;
}

/**
 * Makes random calls of the kernels, right and wrong, and compares each with the float64 reference.
 *
 * @param settings the seed, the number of calls, and the most seconds to spend.
 * @returns how many calls came out in which way, and the report of the first that went wrong, made small.
 */
export function compareRandomLosses(settings: {
  readonly seed: number;
  readonly count: number;
  readonly seconds: number;
}): { readonly counts: Readonly<Record<Verdict, number>>; readonly failure: string | undefined } {
  const counts: Record<Verdict, number> = { agreed: 0, refused: 0, 'near tie': 0 };
  const property = fc.property(randomCall, (call) => {
    counts[judgeCall(call)] += 1;
  });
  const details = fc.check(property, {
    seed: settings.seed,
    numRuns: settings.count,
    interruptAfterTimeLimit: 1000 * settings.seconds,
  });
  return { counts, failure: describe(details) };
}

function describe(details: fc.RunDetails<[RandomCall]>): string | undefined {
  if (!details.failed) return undefined;
  const { message, cause } = details.errorInstance as Error;
  return `${message}${cause === undefined ? '' : ` (${String(cause)})`}\n${fc.defaultReportMessage(details)}`;
}
