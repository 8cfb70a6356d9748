import type { Operator } from './operator.js';
import { OnnxError } from './onnx-error.js';
import type { Attributes, AttributeValue } from './attributes.js';
import type { Tensor } from './tensor.js';
import type { Value } from './value.js';

/** One application of an operator. Outputs are filled in once, by the builder. */
export class Node {
  outputs: readonly Value[] = [];

  constructor(
    readonly operator: Operator,
    /** `undefined` where an optional input is left out. */
    readonly inputs: readonly (Value | undefined)[],
    /** Those given; the operator's schema holds the defaults. */
    readonly attributes: Attributes,
    /** The name in the model it was read from, for messages. */
    readonly name: string | undefined,
  ) {}

  /** The input of that position, which must be there. */
  input(position: number): Value {
    const value = this.inputs[position];
    if (value === undefined) throw this.error(`input ${position} is missing`);
    return value;
  }

  hasInput(position: number): boolean {
    return this.inputs[position] !== undefined;
  }

  output(position = 0): Value {
    return this.outputs[position]!;
  }

  int(name: string): number {
    return this.attribute(name) as number;
  }

  float(name: string): number {
    return this.attribute(name) as number;
  }

  text(name: string): string {
    return this.attribute(name) as string;
  }

  /** The list of integers, or `undefined` when it is left out and has no default. */
  ints(name: string): readonly number[] | undefined {
    return this.optionalAttribute(name) as readonly number[] | undefined;
  }

  optionalAttribute(name: string): AttributeValue | undefined {
    return this.attributes[name] ?? this.operator.attributes?.[name]?.[1];
  }

  private attribute(name: string): AttributeValue {
    const value = this.optionalAttribute(name);
    if (value === undefined) throw this.error(`attribute '${name}' is missing`);
    return value;
  }

  /** The entries of an input that says how to compute (a shape, axes, pads), and so must be known in advance. */
  knownNumbers(position: number): readonly number[] {
    const value = this.input(position);
    if (value.constant === undefined) {
      throw this.error(
        `input ${position}${value.name === undefined ? '' : ` ('${value.name}')`} must be known when the graph is built, but it is computed from data`,
      );
    }
    return numbersIn(value.constant);
  }

  /** As {@link knownNumbers}, but `undefined` when the input is left out. */
  optionalNumbers(position: number): readonly number[] | undefined {
    return this.hasInput(position) ? this.knownNumbers(position) : undefined;
  }

  /**
   * The length of a list that is written out while the graph is built, checked to be one that memory holds.
   *
   * @param most the limit: by default about a million, for what is written entry by entry.
   */
  listLength(count: number, most = 1 << 20): number {
    if (!(count <= most)) {
      throw this.error(`needs a list of ${count} entries while the graph is built; supported are ${most}`);
    }
    return count;
  }

  /** As {@link listLength} for the entries of a matrix or an image, which are filled in by a plain loop. */
  matrixSize(count: number): number {
    return this.listLength(count, 1 << 24);
  }

  /** An error that names this node. */
  error(cause: string): OnnxError {
    return new OnnxError(cause, { operator: this.operator.name, node: this.name });
  }
}

/** The entries of short constants, of which one may be read by every other node. */
const knownEntries = new WeakMap<Tensor, readonly number[]>();
const longestKept = 64;

function numbersIn(tensor: Tensor): readonly number[] {
  const known = knownEntries.get(tensor);
  if (known !== undefined) return known;
  const numbers = Array.from<number | bigint, number>(tensor.data, Number);
  if (numbers.length <= longestKept) knownEntries.set(tensor, numbers);
  return numbers;
}
