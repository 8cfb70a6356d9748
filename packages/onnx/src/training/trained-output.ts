import type { GraphWriter } from '../graph/graph-writer.js';
import type { Value } from '../graph/value.js';
import { OnnxError } from '../graph/onnx-error.js';
import { numbersOf } from '../graph/tensor.js';
import { channelAxisOf, type ClassAxis } from './channel-axis.js';
import type { Network } from './network.js';

/** How a network's output is understood. */
export interface OutputOptions {
  /** The output that is trained, by name. Default: the first. */
  readonly output?: string | undefined;
  /**
   * The axis of that output that holds one score per class, from the end where negative; `'none'` for one score per
   * pixel without such an axis. Default: found by the rule of `docs/reading-models.md`, which refuses what is not clear.
   */
  readonly classAxis?: ClassAxis | undefined;
  /**
   * For one score per pixel: the prediction is 1 where the logit is above this. The probability p is the logit
   * ln(p/(1 − p)). Default 0, the probability ½.
   */
  readonly logitThreshold?: number | undefined;
}

/** The output that is trained, and how it is read. */
export interface TrainedOutput {
  readonly name: string;
  /** The other outputs, which no loss sees. */
  readonly others: readonly string[];
  readonly classAxis: ClassAxis;
  /** How the axis was found. */
  readonly evidence: string;
  /** How many classes the network tells apart: 2 where it puts out one score per pixel. */
  readonly classCount: number;
  /** Whether it puts out one score per pixel: a logit of class 1, the foreground, against class 0. */
  readonly isBinary: boolean;
  readonly logitsShape: readonly number[];
  /** The shape of the logits without their classes. */
  readonly labelShape: readonly number[];
}

/**
 * Finds the output that is trained, and in it the axis of the classes.
 *
 * @throws OnnxError when there is no such output, it holds no float32 numbers, or it is not clear where the classes lie;
 *   RangeError for an option outside of its range.
 */
export function trainedOutput(
  { inputs, outputs }: Pick<Network, 'inputs' | 'outputs'>,
  options: OutputOptions = {},
): TrainedOutput & { readonly logits: Value } {
  const { output: wanted, logitThreshold } = options;
  const output = wanted === undefined ? outputs[0]! : outputs.find(({ name }) => name === wanted);
  const names = outputs.map(({ name }) => name);
  if (output === undefined) {
    throw new OnnxError(`names '${wanted}', but the outputs are ${names.map(quoted).join(', ')}`, {
      option: 'output',
    });
  }
  const { name, value: logits } = output;
  const { shape } = logits;
  if (logits.dataType !== 'float32' || shape.length === 0) {
    throw new OnnxError(
      `output '${name}' is ${logits.dataType}${text(shape)}, expected float32 logits [batch, classes, …]`,
    );
  }
  const { classAxis, evidence } = findClassAxis(name, logits, inputs, options.classAxis);
  const channels = classAxis === 'none' ? 1 : shape[classAxis]!;
  if (logitThreshold !== undefined) {
    if (!Number.isFinite(logitThreshold)) {
      throw new RangeError(`logitThreshold is ${logitThreshold}, expected a finite number`);
    }
    if (channels > 1) {
      throw new RangeError(
        `logitThreshold is ${logitThreshold}, but output '${name}' ${text(shape)} has ${channels} scores per pixel, of which the largest wins; expected one score`,
      );
    }
  }
  return {
    name,
    others: names.filter((each) => each !== name),
    classAxis,
    evidence,
    classCount: channels === 1 ? 2 : channels,
    isBinary: channels === 1,
    logits,
    logitsShape: shape,
    labelShape: classAxis === 'none' ? shape : shape.toSpliced(classAxis, 1),
  };
}

/** Which of several outputs is trained. */
export function outputWarnings({ name, others }: TrainedOutput): readonly string[] {
  if (others.length === 0) return [];
  return [
    `output ${quoted(name)} is trained, ${others.map(quoted).join(', ')} ${others.length === 1 ? 'is' : 'are'} not: another is chosen by output (--output)`,
  ];
}

/** The logits as losses take them, `[batch, classes, …]`. */
export function channelsFirst(
  graph: GraphWriter,
  { logits, classAxis }: { logits: Value; classAxis: ClassAxis },
): Value {
  const [batch, ...rest] = logits.shape;
  if (classAxis === 'none') return graph.reshape(logits, [batch!, 1, ...rest]);
  if (classAxis === 1) return logits;
  const others = [...logits.shape.keys()].filter((axis) => axis !== 0 && axis !== classAxis);
  return graph.transpose(logits, [0, classAxis, ...others]);
}

/**
 * The class of every pixel (int32): that of the largest logit, the lowest on a tie; of one score per pixel, 1 where it
 * is above the threshold.
 */
export function predictionsOf(
  graph: GraphWriter,
  { logits, classAxis, isBinary, labelShape }: ReturnType<typeof trainedOutput>,
  logitThreshold = 0,
): Value {
  if (!isBinary)
    return graph.cast(graph.only('ArgMax', [logits], { axis: classAxis as number, keepdims: 0 }), 'int32');
  // A network that ends in a Sigmoid puts out the probability in place of the logit.
  const threshold = isProbability(logits) ? 1 / (1 + Math.exp(-logitThreshold)) : logitThreshold;
  return graph.cast(graph.greater(graph.reshape(logits, labelShape), threshold), 'int32');
}

/** Operators that leave probabilities what they are. */
const keepsProbability: ReadonlySet<string> = new Set([
  'Cast',
  'Clip',
  'Reshape',
  'Resize',
  'Slice',
  'Squeeze',
  'Transpose',
  'Unsqueeze',
]);

/** Whether a Sigmoid made it, by itself or written as 1 / (1 + exp(−x)). */
function isProbability(logits: Value): boolean {
  let value = logits;
  while (keepsProbability.has(value.producer?.operator.name ?? '')) value = value.producer!.input(0);
  const by = (each: Value | undefined, operator: string): readonly Value[] =>
    each?.producer?.operator.name === operator
      ? each.producer.inputs.filter((input) => input !== undefined)
      : [];
  const isOne = (each: Value | undefined): boolean =>
    each?.constant !== undefined && numbersOf(each.constant).every((entry) => entry === 1);
  const isLogistic = (each: Value | undefined): boolean => {
    const terms = by(each, 'Add');
    return terms.some(isOne) && terms.some((term) => by(term, 'Exp').length > 0);
  };
  const name = value.producer?.operator.name;
  const [one, denominator] = by(value, 'Div');
  return (
    name === 'Sigmoid' ||
    name === 'HardSigmoid' ||
    (isOne(one) && isLogistic(denominator)) ||
    isLogistic(by(value, 'Reciprocal')[0])
  );
}

function findClassAxis(
  name: string,
  logits: Value,
  inputs: readonly Value[],
  given: ClassAxis | undefined,
): { readonly classAxis: ClassAxis; readonly evidence: string } {
  const { shape, rank } = logits;
  const subject = `output '${name}' ${text(shape)}`;
  if (given !== undefined) {
    if (given === 'none') return { classAxis: given, evidence: 'as given' };
    const axis = given < 0 ? given + rank : given;
    if (!Number.isInteger(axis) || axis < 1 || axis >= rank) {
      throw new RangeError(
        `classAxis is ${given} for ${subject}; expected ${rank < 2 ? '' : `an axis from 1 to ${rank - 1}, or `}'none'`,
      );
    }
    return { classAxis: axis, evidence: 'as given' };
  }
  const last = rank - 1;
  const byOperators = channelAxisOf(logits);
  const byShape = axesByShape(shape, inputs);
  const [only] = byShape;
  if (byOperators !== undefined && (byShape.length === 0 || byShape.includes(byOperators))) {
    const isCandidate = byOperators === 'none' || byOperators === 1 || byOperators === last;
    if (isCandidate) return { classAxis: byOperators, evidence: 'by the operators that compute it' };
  }
  if (byOperators === undefined && byShape.length === 1) {
    return { classAxis: only!, evidence: 'by the size of the input' };
  }
  if (byOperators === undefined && byShape.length === 0 && rank <= 2) {
    return rank === 1
      ? { classAxis: 'none', evidence: 'the only axis is the batch' }
      : { classAxis: 1, evidence: 'the only axis beside the batch' };
  }
  const candidates = new Set<ClassAxis>([
    ...(rank > 1 ? [1, last] : []),
    ...byShape,
    ...(byOperators === undefined || byOperators === 0 ? [] : [byOperators]),
  ]);
  const readings = [...candidates].map((axis) => {
    const layout = { 1: ' (--layout nchw)', [last]: ' (--layout nhwc)', none: ' (--layout nhw)' }[axis] ?? '';
    return axis === 'none'
      ? `classAxis 'none'${layout}, one score per pixel, labels ${text(shape)}`
      : `classAxis ${axis}${layout}, ${shape[axis]} classes, labels ${text(shape.toSpliced(axis, 1))}`;
  });
  throw new OnnxError(`${subject}: where do its classes lie? Give ${readings.join('; or ')}`);
}

/**
 * Where the classes can lie so that the other axes are those of the points of an input; or, where none is as large, in
 * proportion to them.
 */
function axesByShape(shape: readonly number[], inputs: readonly Value[]): readonly ClassAxis[] {
  const points = inputs.filter(({ rank }) => rank > 2).flatMap(pointsOf);
  const rest: readonly (readonly [ClassAxis, readonly number[]])[] = [
    [1, shape.slice(2)],
    [shape.length - 1, shape.slice(1, -1)],
    ['none', shape.slice(1)],
  ];
  const fitting = (fits: (lengths: readonly number[], points: readonly number[]) => boolean): ClassAxis[] => {
    const found = rest.filter(([, lengths]) => points.some((each) => fits(lengths, each)));
    return [...new Set(found.map(([axis]) => axis))];
  };
  const exact = fitting((lengths, each) => each.join() === lengths.join());
  return exact.length > 0 ? exact : fitting(inProportion);
}

/** Images have few channels. */
const mostImageChannels = 4;

/** The lengths of an input along its points: without batch and channels, which come first or last. */
function pointsOf({ shape }: Value): readonly (readonly number[])[] {
  const first = shape[1]! <= mostImageChannels;
  const last = shape.at(-1)! <= mostImageChannels;
  return [...(first || !last ? [shape.slice(2)] : []), ...(last || !first ? [shape.slice(1, -1)] : [])];
}

function inProportion(lengths: readonly number[], points: readonly number[]): boolean {
  return (
    points.length > 1 &&
    lengths.length === points.length &&
    lengths.every((length, axis) => length * points[0]! === lengths[0]! * points[axis]!)
  );
}

const quoted = (name: string): string => `'${name}'`;

const text = (shape: readonly number[]): string => `[${shape.join(', ')}]`;
