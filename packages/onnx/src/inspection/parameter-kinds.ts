import type { GraphProto } from 'onnx-buf';

const weightAndBias = [undefined, 'weight', 'bias'] as const;
const scaleAndBias = [undefined, 'scale', 'bias'] as const;

/** What operators call their inputs. */
const roles: Readonly<Record<string, readonly (string | undefined)[]>> = {
  Conv: weightAndBias,
  ConvTranspose: weightAndBias,
  Gemm: weightAndBias,
  BatchNormalization: scaleAndBias,
  GroupNormalization: scaleAndBias,
  InstanceNormalization: scaleAndBias,
  LayerNormalization: scaleAndBias,
  PRelu: [undefined, 'slope'],
  Gather: ['table'],
  GRU: [undefined, 'weight', 'recurrence', 'bias'],
  LSTM: [undefined, 'weight', 'recurrence', 'bias'],
  RNN: [undefined, 'weight', 'recurrence', 'bias'],
};

/** Operators whose first output holds the entries of the first input in another form. */
const reshaping: ReadonlySet<string> = new Set([
  'Cast',
  'CastLike',
  'Expand',
  'Flatten',
  'Identity',
  'Reshape',
  'Squeeze',
  'Transpose',
  'Unsqueeze',
]);

/**
 * Names the kind of a parameter by the first node that computes with it, in whatever form: its operator, and the role
 * of the parameter there.
 */
export function parameterKinds(graph: GraphProto): (name: string) => string {
  /** What a name is another form of. */
  const origins = new Map(graph.initializer.map(({ name }) => [name, name]));
  const kinds = new Map<string, string>();
  for (const { opType, input, output } of graph.node) {
    const first = origins.get(input[0] ?? '');
    if (reshaping.has(opType)) {
      if (first !== undefined) origins.set(output[0]!, first);
      continue;
    }
    if (opType === 'Shape') continue;
    for (const [position, name] of input.entries()) {
      const origin = origins.get(name);
      if (origin === undefined || kinds.has(origin)) continue;
      const role = opType === 'MatMul' ? 'weight' : (roles[opType]?.[position] ?? 'operand');
      kinds.set(origin, `${opType} ${role}`);
    }
  }
  return (name) => kinds.get(name) ?? 'operand';
}
