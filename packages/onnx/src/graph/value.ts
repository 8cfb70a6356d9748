import type { DataType } from './data-type.js';
import type { Node } from './node.js';
import type { Tensor } from './tensor.js';

export interface ValueType {
  readonly dataType: DataType;
  readonly shape: readonly number[];
}

/** A value of the graph in static single assignment: written once, by one node, or given from outside. */
export class Value {
  /** The node that computes the value; `undefined` for inputs and constants. */
  readonly producer: Node | undefined;
  /** The entries, where they are known while the graph is built. */
  readonly constant: Tensor | undefined;
  /** The name of a graph input or of an initializer that must keep it. */
  readonly name: string | undefined;

  constructor(
    /** Position in the order of creation, which is a topological order. */
    readonly id: number,
    readonly type: ValueType,
    origin: { producer?: Node; constant?: Tensor; name?: string },
  ) {
    this.producer = origin.producer;
    this.constant = origin.constant;
    this.name = origin.name;
  }

  get shape(): readonly number[] {
    return this.type.shape;
  }

  get rank(): number {
    return this.type.shape.length;
  }

  get dataType(): DataType {
    return this.type.dataType;
  }
}
