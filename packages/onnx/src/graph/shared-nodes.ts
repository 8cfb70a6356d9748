import type { AttributeValue } from './attributes.js';
import type { Node } from './node.js';
import type { Tensor } from './tensor.js';

/** Nodes by what they compute, so that each is written once: operator, inputs and attributes decide. */
export class SharedNodes {
  private readonly byHash = new Map<number, Node[]>();

  /** @param largestTensor attributes with more entries are not compared: a node with one is taken for different. */
  constructor(private readonly largestTensor: number) {}

  /** A node that was added and computes the same. */
  find(node: Node): Node | undefined {
    return this.byHash.get(hashOf(node))?.find((other) => this.isSame(node, other));
  }

  add(node: Node): void {
    const hash = hashOf(node);
    const alike = this.byHash.get(hash);
    if (alike === undefined) this.byHash.set(hash, [node]);
    else alike.push(node);
  }

  private isSame(a: Node, b: Node): boolean {
    if (a.operator !== b.operator || a.inputs.length !== b.inputs.length) return false;
    if (a.inputs.some((input, position) => input !== b.inputs[position])) return false;
    const names = Object.keys(a.attributes);
    return (
      names.length === Object.keys(b.attributes).length &&
      names.every((name) => this.isSameAttribute(a.attributes[name]!, b.attributes[name]))
    );
  }

  private isSameAttribute(a: AttributeValue, b: AttributeValue | undefined): boolean {
    if (typeof a !== 'object' || typeof b !== 'object') return Object.is(a, b);
    if (isTensor(a) && isTensor(b)) {
      return (
        a.dataType === b.dataType &&
        a.data.length <= this.largestTensor &&
        isSameList(a.shape, b.shape) &&
        isSameList(a.data, b.data)
      );
    }
    return !isTensor(a) && !isTensor(b) && isSameList(a, b);
  }
}

/** FNV-1a over what tells nodes apart; equal nodes have equal hashes, and others hardly ever. */
function hashOf({ operator, inputs, attributes }: Node): number {
  let hash = hashOfList(0x811c9dc5, operator.name.length, (place) => operator.name.charCodeAt(place));
  for (const input of inputs) hash = mix(hash, input?.id ?? -1);
  for (const value of Object.values(attributes)) hash = hashOfAttribute(hash, value);
  return hash;
}

function hashOfAttribute(hash: number, value: AttributeValue | string): number {
  if (typeof value === 'number') return mixReal(hash, value);
  if (typeof value === 'string') return hashOfList(hash, value.length, (place) => value.charCodeAt(place));
  if (isTensor(value)) {
    const { data, shape } = value;
    let result = hashOfList(hash, shape.length, (axis) => shape[axis]!);
    for (let place = 0; place < data.length; place++) result = mixReal(result, Number(data[place]));
    return result;
  }
  return value.reduce<number>((result, entry) => hashOfAttribute(result, entry), mix(hash, value.length));
}

function hashOfList(hash: number, length: number, integerAt: (place: number) => number): number {
  let result = hash;
  for (let place = 0; place < length; place++) result = mix(result, integerAt(place));
  return result;
}

const mix = (hash: number, integer: number): number => Math.imul(hash ^ integer, 0x01000193);

const real = new Float64Array(1);
const words = new Int32Array(real.buffer);

/** Mixes in all bits of a number. */
function mixReal(hash: number, value: number): number {
  real[0] = value;
  return mix(mix(hash, words[0]!), words[1]!);
}

function isTensor(value: AttributeValue): value is Tensor {
  return typeof value === 'object' && 'data' in value;
}

/** Zeros of both signs differ, as 1/x does; not-a-number equals itself. */
function isSameList(a: ArrayLike<unknown>, b: ArrayLike<unknown>): boolean {
  if (a.length !== b.length) return false;
  for (let place = 0; place < a.length; place++) if (!Object.is(a[place], b[place])) return false;
  return true;
}
