import type { Attributes } from './attributes.js';
import { dataTypeNumbers, isFloatingPoint, type DataType } from './data-type.js';
import { Node } from './node.js';
import { numbersOf, sizeOf, tensorOf, type Tensor, sameShape } from './tensor.js';
import { Value, type ValueType } from './value.js';
import { OnnxError } from './onnx-error.js';
import type { Operator } from './operator.js';
import { SharedConstants } from './shared-constants.js';
import { SharedNodes } from './shared-nodes.js';

/** A value, or a number that becomes a scalar constant of the other operand's type. */
export type Operand = Value | number;

/** What `apply` may be told besides inputs and attributes. */
export interface ApplyOptions {
  /** The node's name in the model it comes from, for messages. */
  readonly name?: string | undefined;
}

/** How a graph is written. */
export interface WriterOptions {
  /** Whether equal applications become one. Default true. */
  readonly share?: boolean;
  /**
   * Whether an operator may read what its input was computed from in place of the input: shorter, but not to be
   * differentiated. Default false.
   */
  readonly lookThrough?: boolean;
}

/** Constants up to this many entries are folded through operators and shared by content. */
const largestFoldedSize = 1 << 16;

/** An operator is computed in advance when it reads no more entries and takes no more steps; all of them together: */
const mostFoldedSteps = 1 << 22;
const mostFoldedStepsTogether = 1 << 23;

/** No runtime holds a tensor of more entries, nor one of more axes. Sizes stay exact far beyond. */
const largestSize = 2 ** 40;
const largestRank = 64;

/**
 * Writes a graph, one operator at a time, in topological order.
 *
 * Every value has its type from the start: shapes are inferred as nodes are added. On the way, operators on constants
 * are computed, equal applications are shared, and composites are lowered by their operator's `rewrite`. Code that
 * writes a graph therefore reads like code that computes.
 *
 * @example
 * const graph = new GraphWriter(operatorNamed);
 * const x = graph.input('x', 'float32', [2, 3]);
 * const y = graph.relu(graph.subtract(graph.multiply(x, 2), 1));
 */
export class GraphWriter {
  private readonly writtenNodes: Node[] = [];
  private readonly declaredInputs: Value[] = [];
  /** Those of {@link integers} by their text, which most nodes ask for; they are among the shared constants too. */
  private readonly sharedIntegers = new Map<string, Value>();
  private readonly sharedNodes = new SharedNodes(largestFoldedSize);
  private readonly sharedConstants = new SharedConstants();
  private readonly inputNames = new Set<string>();
  private valueCount = 0;
  private foldedSteps = 0;

  /** @param findOperator gives the operator of a name, or throws: the writer itself knows none. */
  constructor(
    private readonly findOperator: (name: string, node?: string) => Operator,
    private readonly options: WriterOptions = {},
  ) {}

  /** The nodes so far, each after those it reads from. */
  get nodes(): readonly Node[] {
    return this.writtenNodes;
  }

  /** The inputs declared so far. */
  get inputs(): readonly Value[] {
    return this.declaredInputs;
  }

  /** Declares an input of the graph. */
  input(name: string, dataType: DataType, shape: readonly number[]): Value {
    if (this.inputNames.has(name)) throw new OnnxError(`input '${name}' is declared twice`);
    checkShape(shape, (cause) => new OnnxError(cause, { operator: 'input', node: name }));
    this.inputNames.add(name);
    const value = this.newValue({ dataType, shape }, { name });
    this.declaredInputs.push(value);
    return value;
  }

  /** A constant of the given numbers, a scalar when no shape is given. */
  constant(
    values: number | ArrayLike<number>,
    shape: readonly number[] = typeof values === 'number' ? [] : [values.length],
    dataType: DataType = 'float32',
  ): Value {
    return this.constantTensor(tensorOf(dataType, shape, typeof values === 'number' ? [values] : values));
  }

  /** A constant tensor. A name is kept in the written model; unnamed small constants are shared by content. */
  constantTensor(constant: Tensor, name?: string): Value {
    const { dataType, shape, data } = constant;
    if (name !== undefined || data.length > largestFoldedSize) {
      return this.newValue({ dataType, shape }, { constant, ...(name === undefined ? {} : { name }) });
    }
    return this.sharedConstants.share(constant, () => this.newValue({ dataType, shape }, { constant }));
  }

  /** A vector of 64-bit integers, as operators take shapes, axes and pads. */
  integers(values: readonly number[]): Value {
    const key = values.join();
    let value = this.sharedIntegers.get(key);
    if (value === undefined) {
      value = this.constant(values, [values.length], 'int64');
      this.sharedIntegers.set(key, value);
    }
    return value;
  }

  /** A tensor of one repeated value, which is not stored but filled in when the graph runs. */
  fill(value: number, shape: readonly number[], dataType: DataType = 'float32'): Value {
    return this.only('ConstantOfShape', [this.integers(shape)], { value: tensorOf(dataType, [1], [value]) });
  }

  /** Applies the operator of that name. Returns all its outputs, optional ones included. */
  apply(
    operator: string | Operator,
    inputs: readonly (Value | undefined)[],
    attributes: Attributes = {},
    options: ApplyOptions = {},
  ): readonly Value[] {
    const definition = typeof operator === 'string' ? this.findOperator(operator, options.name) : operator;
    const node = new Node(definition, inputs, attributes, options.name);
    const mayShare = definition.nondeterministic !== true && this.options.share !== false;
    const shared = mayShare ? this.sharedNodes.find(node) : undefined;
    if (shared !== undefined) return shared.outputs;

    const types = definition.infer(node);
    for (const { shape } of types) checkShape(shape, (cause) => node.error(cause));
    const simpler =
      this.fold(node, types) ??
      (this.options.lookThrough === true ? definition.lookThrough?.(this, node) : undefined) ??
      definition.rewrite?.(this, node);
    if (simpler !== undefined) {
      simpler.forEach((value, position) => checkRewrite(node, value, types[position]));
      node.outputs = simpler;
    } else {
      node.outputs = types.map((type) => this.newValue(type, { producer: node }));
      this.writtenNodes.push(node);
    }
    if (mayShare) this.sharedNodes.add(node);
    return node.outputs;
  }

  /** The first output of {@link apply}. */
  only(operator: string, inputs: readonly (Value | undefined)[], attributes: Attributes = {}): Value {
    return this.apply(operator, inputs, attributes)[0]!;
  }

  add(a: Operand, b: Operand): Value {
    return this.binary('Add', a, b);
  }

  subtract(a: Operand, b: Operand): Value {
    return this.binary('Sub', a, b);
  }

  multiply(a: Operand, b: Operand): Value {
    return this.binary('Mul', a, b);
  }

  divide(a: Operand, b: Operand): Value {
    return this.binary('Div', a, b);
  }

  power(a: Operand, b: Operand): Value {
    return this.binary('Pow', a, b);
  }

  maximum(a: Operand, b: Operand): Value {
    return this.binary('Max', a, b);
  }

  minimum(a: Operand, b: Operand): Value {
    return this.binary('Min', a, b);
  }

  /** A `bool` tensor, as all comparisons. */
  greater(a: Operand, b: Operand): Value {
    return this.binary('Greater', a, b);
  }

  less(a: Operand, b: Operand): Value {
    return this.binary('Less', a, b);
  }

  equal(a: Operand, b: Operand): Value {
    return this.binary('Equal', a, b);
  }

  not(x: Value): Value {
    return this.only('Not', [x]);
  }

  where(condition: Value, a: Operand, b: Operand): Value {
    const [left, right] = this.operands(a, b);
    return this.only('Where', [condition, left, right]);
  }

  negate(x: Value): Value {
    return this.only('Neg', [x]);
  }

  abs(x: Value): Value {
    return this.only('Abs', [x]);
  }

  relu(x: Value): Value {
    return this.only('Relu', [x]);
  }

  exp(x: Value): Value {
    return this.only('Exp', [x]);
  }

  log(x: Value): Value {
    return this.only('Log', [x]);
  }

  sqrt(x: Value): Value {
    return this.only('Sqrt', [x]);
  }

  reciprocal(x: Value): Value {
    return this.only('Reciprocal', [x]);
  }

  cast(x: Value, dataType: DataType): Value {
    return this.only('Cast', [x], { to: dataTypeNumbers[dataType] });
  }

  /** The sum over `axes`; with `keepDimensions`, they stay with length 1. */
  sum(x: Value, axes: readonly number[], keepDimensions = true): Value {
    return this.reduce('ReduceSum', x, axes, keepDimensions);
  }

  mean(x: Value, axes: readonly number[], keepDimensions = true): Value {
    return this.reduce('ReduceMean', x, axes, keepDimensions);
  }

  max(x: Value, axes: readonly number[], keepDimensions = true): Value {
    return this.reduce('ReduceMax', x, axes, keepDimensions);
  }

  matmul(a: Value, b: Value): Value {
    return this.only('MatMul', [a, b]);
  }

  reshape(x: Value, shape: readonly number[]): Value {
    // A length of 0 means 0, not the length that was.
    return this.only('Reshape', [x, this.integers(shape)], shape.includes(0) ? { allowzero: 1 } : {});
  }

  transpose(x: Value, permutation: readonly number[]): Value {
    return this.only('Transpose', [x], { perm: permutation });
  }

  /** Broadcasts to a larger shape. */
  expand(x: Value, shape: readonly number[]): Value {
    return this.only('Expand', [x, this.integers(shape)]);
  }

  concat(values: readonly Value[], axis: number): Value {
    return values.length === 1 ? values[0]! : this.only('Concat', values, { axis });
  }

  /** Parts of the given lengths along an axis. */
  split(x: Value, lengths: readonly number[], axis: number): readonly Value[] {
    return lengths.length === 1 ? [x] : this.apply('Split', [x, this.integers(lengths)], { axis });
  }

  /** `x[start:end:step]` along each of `axes`, counting as Python does. */
  slice(
    x: Value,
    range: {
      starts: readonly number[];
      ends: readonly number[];
      axes: readonly number[];
      steps?: readonly number[];
    },
  ): Value {
    const lists = [range.starts, range.ends, range.axes, range.steps ?? range.axes.map(() => 1)];
    return this.only('Slice', [x, ...lists.map((list) => this.integers(list))]);
  }

  /** Adds `before` and `after` entries of `value` on every axis. */
  pad(x: Value, before: readonly number[], after: readonly number[], value = 0): Value {
    const amounts = [...before, ...after];
    if (amounts.every((amount) => amount === 0)) return x;
    return this.only('Pad', [x, this.integers(amounts), this.constant(value, [], x.dataType)]);
  }

  conv(x: Value, weight: Value, bias?: Value, attributes: Attributes = {}): Value {
    return this.only('Conv', bias === undefined ? [x, weight] : [x, weight, bias], attributes);
  }

  convTranspose(x: Value, weight: Value, bias?: Value, attributes: Attributes = {}): Value {
    return this.only('ConvTranspose', bias === undefined ? [x, weight] : [x, weight, bias], attributes);
  }

  /** The same value, held constant by differentiation. */
  stopGradient(x: Value): Value {
    return this.only('StopGradient', [x]);
  }

  private reduce(operator: string, x: Value, axes: readonly number[], keepDimensions: boolean): Value {
    if (axes.length === 0) return x;
    return this.only(operator, [x, this.integers(axes)], { keepdims: keepDimensions ? 1 : 0 });
  }

  private binary(operator: string, a: Operand, b: Operand): Value {
    return this.only(operator, this.operands(a, b));
  }

  private operands(a: Operand, b: Operand): [Value, Value] {
    if (typeof a === 'number' && typeof b === 'number') return [this.constant(a), this.constant(b)];
    if (typeof a === 'number') return [this.constant(a, [], (b as Value).dataType), b as Value];
    if (typeof b === 'number') return [a, this.constant(b, [], a.dataType)];
    return [a, b];
  }

  private fold(node: Node, types: readonly ValueType[]): readonly Value[] | undefined {
    const { operator } = node;
    if (operator.evaluate === undefined || operator.nondeterministic) return undefined;
    if (types.some((type) => sizeOf(type.shape) > largestFoldedSize)) return undefined;
    const constants = node.inputs.map((input) => input?.constant);
    if (node.inputs.some((input, position) => input !== undefined && constants[position] === undefined)) {
      return undefined;
    }
    const steps = foldingSteps(node, types);
    if (steps > mostFoldedSteps || this.foldedSteps + steps > mostFoldedStepsTogether) return undefined;
    this.foldedSteps += steps;
    const inputs = constants.map((tensor) =>
      tensor === undefined ? undefined : { shape: tensor.shape, data: numbersOf(tensor) },
    );
    const results = operator.evaluate(node, inputs).map((result, position) => ({
      ...result,
      dataType: types[position]!.dataType,
      data: roundFor(types[position]!, result.data),
    }));
    // What integers cannot hold (a division by zero, NaN) is left to the runtime.
    if (results.some(({ dataType, data }) => !isFloatingPoint(dataType) && !data.every(Number.isFinite))) {
      return undefined;
    }
    return results.map(({ dataType, shape, data }) => this.constantTensor(tensorOf(dataType, shape, data)));
  }

  private newValue(type: ValueType, origin: { producer?: Node; constant?: Tensor; name?: string }): Value {
    return new Value(this.valueCount++, type, origin);
  }
}

function checkShape(shape: readonly number[], fail: (cause: string) => OnnxError): void {
  if (shape.length > largestRank)
    throw fail(`a tensor of ${shape.length} axes; supported are ${largestRank}`);
  if (!shape.every((length) => Number.isSafeInteger(length) && length >= 0)) {
    throw fail(`shape [${shape.join(', ')}] is not made of non-negative integers`);
  }
  // Lengths of zero do not make the others smaller.
  if (sizeOf(shape.map((length) => Math.max(length, 1))) > largestSize) {
    throw fail(`a tensor of shape [${shape.join(', ')}] has more than 2⁴⁰ entries`);
  }
}

/** How many entries are read and written, about, to compute a node in advance. */
function foldingSteps({ inputs, operator, attributes }: Node, types: readonly ValueType[]): number {
  const read = inputs.reduce((sum, input) => sum + (input === undefined ? 0 : sizeOf(input.shape)), 0);
  const written = types.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  if (operator.readsMany !== true) return read + written;
  const kernel = (attributes['kernel_shape'] as readonly number[] | undefined) ?? [];
  return read + written * Math.max(read, sizeOf(kernel));
}

function checkRewrite(node: Node, value: Value, expected: ValueType | undefined): void {
  if (expected === undefined) return;
  if (value.dataType !== expected.dataType || !sameShape(value.shape, expected.shape)) {
    throw node.error(
      `rewriting gave ${value.dataType}[${value.shape.join(', ')}] in place of ${expected.dataType}[${expected.shape.join(', ')}]`,
    );
  }
}

function roundFor(type: ValueType, data: Float64Array): Float64Array {
  return isFloatingPoint(type.dataType) ? data : data.map(Math.trunc);
}
