import type { GraphWriter } from './graph-writer.js';
import type { AttributeSchema } from './attributes.js';
import type { InputRole } from './input-role.js';
import type { Node } from './node.js';
import type { Value, ValueType } from './value.js';
import type { KernelBuffers } from './kernel-buffers.js';

/** A tensor inside the float64 interpreter: whatever its data type, the entries are JavaScript numbers. */
export interface Numbers {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** How many inputs an operator takes, missing optional ones in between included. */
export type InputCount = readonly [least: number, most: number];

/**
 * All that the compiler knows of one ONNX operator. A new operator is one such object in the file of its family and
 * one name in that file's list; nothing else changes.
 */
export interface Operator {
  /** The name in the domain `ai.onnx`. */
  readonly name: string;

  /** For an operator of our own: the standard one as which it is written. */
  readonly writtenAs?: string;

  /** How many inputs it takes, missing optional ones in between included. */
  readonly inputs: InputCount;

  /**
   * What its inputs are, by position: which of them hold parameters, and which say how it computes. `undefined`, and all
   * beyond the list, is an operand. Default: operands.
   */
  readonly roles?: readonly (InputRole | undefined)[];

  /**
   * What the first output holds of the first input: all its entries in another form (reshaped, transposed, repeated,
   * cast), or what is left of them moved, cut, padded or interpolated. Default: something else.
   */
  readonly entries?: 'kept' | 'moved';

  /** Attributes by name. One that is not listed is refused when a model is read. */
  readonly attributes?: Readonly<Record<string, AttributeSchema>>;

  /**
   * The operator may give something else at every run (random numbers, say), so two applications are never merged and
   * none is computed in advance.
   */
  readonly nondeterministic?: true;

  /** An entry of the output may depend on many of the inputs: what is not small is not computed in advance. */
  readonly readsMany?: true;

  /** What the runtime's kernel does with its buffers. Default: every output takes a buffer of its own. */
  readonly buffers?: KernelBuffers;

  /** How many outputs a node must name; further ones are written where something reads them. Default: all. */
  readonly requiredOutputs?: number;

  /** The type of every output, optional ones included. Throws `node.error(…)` for inputs that do not fit. */
  infer(node: Node): readonly ValueType[];

  /**
   * The node in simpler terms: a composite lowered into primitives, or the value itself where nothing is to be done.
   * `undefined` leaves the node as it is. Called with every input and attribute checked by `infer`.
   */
  rewrite?(graph: GraphWriter, node: Node): readonly Value[] | undefined;

  /**
   * As `rewrite`, but it may read what its inputs were computed from in their place (the Reshape of a Reshape is one
   * Reshape). That takes a value off the path from the inputs to the output, so it waits for the last pass, when nobody
   * differentiates by that value any more.
   */
  lookThrough?(graph: GraphWriter, node: Node): readonly Value[] | undefined;

  /**
   * How many multiplications, each with its addition, a node does. Only convolutions and matrix products say so, which
   * are nearly all of a network's. Default: 0.
   */
  multiplyAdds?(node: Node): number;

  /** The outputs in plain float64 arithmetic: the oracle of the tests, and what folds constants. */
  evaluate?(node: Node, inputs: readonly (Numbers | undefined)[]): readonly Numbers[];

  /**
   * The vector-Jacobian product: for every input, the sum over outputs of cotangent × derivative, or `undefined` where
   * no gradient flows. An operator without this rule stops differentiation with an error; one that is
   * piecewise constant says so with `gradient: noGradient`.
   */
  gradient?(request: GradientRequest): readonly (Value | undefined)[];
}

/** What a gradient rule is given. */
export interface GradientRequest {
  /** Where the rule writes its nodes. */
  readonly graph: GraphWriter;
  /** The node to differentiate; its inputs and outputs may be used as they are. */
  readonly node: Node;
  /** The cotangent of the first output, zero if only others have one. */
  readonly cotangent: Value;
  /** The cotangent of each output; `undefined` stands for zero. */
  readonly cotangents: readonly (Value | undefined)[];
  /** Whether anybody wants the gradient of that input: a rule skips what is costly and not needed. */
  needs(position: number): boolean;
}

/** The rule of an operator whose derivative is zero or does not exist: no gradient flows through it. */
export function noGradient(): readonly (Value | undefined)[] {
  return [];
}
