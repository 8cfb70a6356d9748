import type { GraphProto, NodeProto } from 'onnx-buf';
import { constantOf } from '../parameters/hoist-constants.js';
import { traitsOf } from '../model/operator-traits.js';

/** What makes something other than logits out of them. */
export interface FinalActivation {
  /** Its name as an operator, though it may be written as several. */
  readonly activation: string;
  /** The value before it. */
  readonly logits: string;
}

/** Operators that are no logits' last, whatever follows that only moves entries. */
const activations: ReadonlySet<string> = new Set([
  'ArgMax',
  'Clip',
  'Equal',
  'Greater',
  'GreaterOrEqual',
  'HardSigmoid',
  'Hardmax',
  'Less',
  'LessOrEqual',
  'LogSoftmax',
  'Sigmoid',
  'Softmax',
  'Tanh',
]);

const linear: ReadonlySet<string> = new Set(['Add', 'Div', 'Mul', 'Sub']);

/** The activation that an output of a graph ends in: an operator, or the same written as exponentials and sums. */
export function finalActivation(graph: GraphProto, output: string): FinalActivation | undefined {
  const writers = new Map(graph.node.flatMap((node) => node.output.map((name) => [name, node] as const)));
  const initializers = new Set(graph.initializer.map(({ name }) => name));
  const settle = (name: string): string => {
    const writer = writers.get(name);
    return writer !== undefined && traitsOf(writer).entries !== undefined ? settle(writer.input[0]!) : name;
  };
  /** The node of that operator that a value comes from. */
  const from = (name: string | undefined, ...operators: readonly string[]): NodeProto | undefined => {
    const writer = writers.get(settle(name ?? ''));
    return writer !== undefined && operators.includes(writer.opType) ? writer : undefined;
  };
  const isConstant = (name: string): boolean => {
    const settled = settle(name);
    return initializers.has(settled) || writers.get(settled)?.opType === 'Constant';
  };
  const single = new Set(
    graph.initializer.filter(({ dims }) => dims.every((length) => length === 1n)).map(({ name }) => name),
  );
  /** Whether it is one number, which scales or shifts and leaves an activation one. */
  const isNumber = (name: string | undefined): boolean => {
    const settled = settle(name ?? '');
    const writer = writers.get(settled);
    return (
      single.has(settled) ||
      (writer !== undefined && constantOf(writer)?.dims.every((length) => length === 1n) === true)
    );
  };
  /** Without the maximum that is subtracted lest the exponential overflow. */
  const unshifted = (name: string): string => {
    const shift = from(name, 'Sub');
    return from(shift?.input[1], 'ReduceMax') === undefined ? settle(name) : settle(shift!.input[0]!);
  };
  /** x of exp(x). */
  const exponent = (name: string | undefined): string | undefined => {
    const exponential = from(name, 'Exp');
    return exponential && unshifted(exponential.input[0]!);
  };
  /** x of Σ exp(x). */
  const exponentOfSum = (name: string | undefined): string | undefined =>
    exponent(from(name, 'ReduceSum')?.input[0]);
  /** x of 1 + exp(−x). */
  const logistic = (name: string | undefined): string | undefined => {
    const [first, second] = from(name, 'Add')?.input ?? [];
    if (first === undefined || second === undefined) return undefined;
    const raised = isConstant(first) ? second : isConstant(second) ? first : undefined;
    const power = exponent(raised);
    return power === undefined ? undefined : settle(from(power, 'Neg')?.input[0] ?? power);
  };
  const found = (activation: string, logits: string | undefined): FinalActivation | undefined =>
    logits === undefined ? undefined : { activation, logits };
  const sameValue = (one: string | undefined, other: string | undefined) => (one === other ? one : undefined);

  const activationOf = (name: string): FinalActivation | undefined => {
    const node = writers.get(settle(name));
    if (node === undefined) return undefined;
    const [first, second] = node.input as [string, string | undefined];
    if (activations.has(node.opType)) return { activation: node.opType, logits: settle(first) };
    if (linear.has(node.opType) && (isNumber(first) || isNumber(second))) {
      const scaled = activationOf(isNumber(first) ? second! : first);
      if (scaled !== undefined) return scaled;
    }
    switch (node.opType) {
      case 'Log': {
        const inner = activationOf(first);
        return inner && { ...inner, activation: `the logarithm of ${inner.activation}` };
      }
      case 'Div':
        return isConstant(first)
          ? found('Sigmoid', logistic(second))
          : found('Softmax', sameValue(exponent(first), exponentOfSum(second)));
      case 'Exp': {
        const inner = activationOf(first);
        return inner?.activation === 'LogSoftmax' ? { ...inner, activation: 'Softmax' } : undefined;
      }
      case 'LpNormalization':
        return found(
          'Softmax',
          node.attribute.some(({ name: n, i }) => n === 'p' && i === 1n) ? exponent(first) : undefined,
        );
      case 'Reciprocal':
        return found('Sigmoid', logistic(first));
      case 'Mul':
        return found(
          'Softmax',
          sameValue(exponent(first), exponentOfSum(from(second, 'Reciprocal')?.input[0])),
        );
      case 'Sub': {
        const direct = from(second, 'ReduceLogSumExp')?.input[0];
        const logOfSum = exponentOfSum(from(second, 'Log')?.input[0]);
        return found(
          'LogSoftmax',
          sameValue(unshifted(first), direct === undefined ? logOfSum : settle(direct)),
        );
      }
      default:
        return undefined;
    }
  };
  return activationOf(output);
}
