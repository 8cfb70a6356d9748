import { liveNodes } from '../graph/live-nodes.js';
import type { DataType } from '../graph/data-type.js';
import type { Node } from '../graph/node.js';
import { sizeOf, sameShape } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import { executionOrder } from './execution-order.js';
import { highestId } from './highest-id.js';

/** What a run of a graph needs, in bytes. */
export interface MemoryPlan {
  /** The most that is held at once for values between inputs and outputs, and by the kernel that runs then. */
  readonly peak: number;
  /** The node that runs at that moment; `undefined` when nothing is computed. */
  readonly peakNode: Node | undefined;
  /** The inputs that the outputs depend on, held by the caller. */
  readonly inputs: number;
  /** The outputs, held by the caller. */
  readonly outputs: number;
  /** Constants, held by the session. */
  readonly constants: number;
}

const bytesPerEntry: Readonly<Record<DataType, number>> = {
  float32: 4,
  float64: 8,
  int32: 4,
  int64: 8,
  int8: 1,
  uint8: 1,
  bool: 1,
};

/** The size of a value in bytes. */
export function bytesOf(value: Value): number {
  return bytesPerEntry[value.dataType] * sizeOf(value.shape);
}

/** Memory that values share one after the other. */
interface Buffer {
  readonly value: Value;
  /** Uses of it that are still to come. */
  uses: number;
  /** When it was used last, so far. */
  lastStep: number;
}

/** The buffer of each value, by its id. */
type Buffers = (Buffer | undefined)[];

/**
 * Predicts what a run on ONNX Runtime's CPU provider allocates, before it is run.
 *
 * Modelled are: the runtime's order of execution; views (Reshape and its like); results written over an operand that is
 * not needed again; the reuse of a dead buffer of the same shape, which is then held in between; transpositions that are
 * fused into a matrix product; and the workspaces of convolutions. Not modelled are the rounding and fragmentation of
 * the runtime's arena, its memory patterns, and packed copies of constant weights. Outputs are taken to be written into
 * tensors that the caller passes in.
 *
 * @param outputs of the graph as it is written.
 * @param options.order the order of execution, where it is known otherwise.
 *
 * @example
 * const { outputs } = importModel(decodeModel(graph.step), { share: false });
 * const { peak } = planMemory(outputs.map(({ value }) => value));
 * console.log(`${(peak / 2 ** 20).toFixed(0)} MiB`);
 */
export function planMemory(
  outputs: readonly Value[],
  options: { readonly order?: readonly Node[] } = {},
): MemoryPlan {
  const order = options.order ?? executionOrder(liveNodes(outputs));
  const given = new Set(outputs);
  const inputs = new Set<Value>();
  const constants = new Set<Value>();
  const classify = (value: Value): void => {
    if (value.producer === undefined) (value.constant === undefined ? inputs : constants).add(value);
  };
  outputs.forEach(classify);
  for (const node of order) {
    for (const input of node.inputs) if (input !== undefined) classify(input);
    // The session computes once and for all what depends on nothing.
    if (node.inputs.every((input) => input === undefined || constants.has(input))) {
      for (const output of node.outputs) constants.add(output);
    }
  }
  const { peak, peakNode } = simulate(
    order.filter((node) => !constants.has(node.output())),
    (value) => inputs.has(value) || constants.has(value) || given.has(value),
    fusedTranspositions(order),
  );
  return {
    peak,
    peakNode,
    inputs: total(inputs),
    outputs: total(given),
    constants: total(constants),
  };
}

function total(values: Iterable<Value>): number {
  let sum = 0;
  for (const value of values) sum += bytesOf(value);
  return sum;
}

/**
 * Assigns buffers as the runtime's planner does, then follows what is held.
 *
 * @param external whether a value lies in memory that is not the run's own.
 * @param views values that are no more than another way to read their node's first input.
 */
function simulate(
  order: readonly Node[],
  external: (value: Value) => boolean,
  views: ReadonlySet<Value>,
): Pick<MemoryPlan, 'peak' | 'peakNode'> {
  // By the values' ids, which are those of one graph.
  const length = highestId(order) + 1;
  const uses = new Int32Array(length);
  for (const node of order) {
    for (const { id } of node.outputs) uses[id]!++;
    for (const input of node.inputs) if (input !== undefined) uses[input.id]!++;
  }
  const buffers: Buffers = new Array<Buffer | undefined>(length);
  const all: Buffer[] = [];
  /** Bytes that each step adds and, after it, gives back. */
  const [grown, shrunk] = [new Float64Array(order.length), new Float64Array(order.length)];
  const free = new FreeBuffers();
  const share = (buffer: Buffer, value: Value): void => {
    buffer.uses += uses[value.id]!;
    buffers[value.id] = buffer;
  };
  const release = ({ id }: Value, step: number): void => {
    const buffer = buffers[id];
    if (buffer === undefined) return;
    buffer.lastStep = step;
    if (--buffer.uses === 0) free.give(buffer);
  };
  order.forEach((node, step) => {
    node.outputs.forEach((output, position) => {
      if (external(output)) return;
      const source = node.inputs[0];
      if (position === 0 && (node.operator.buffers?.aliases === true || views.has(output))) {
        const buffer = buffers[source!.id];
        if (buffer !== undefined) share(buffer, output);
        return;
      }
      const buffer = overwritten(node, position, buffers) ?? free.take(output);
      if (buffer !== undefined) {
        share(buffer, output);
      } else {
        const fresh = { value: output, uses: uses[output.id]!, lastStep: step };
        buffers[output.id] = fresh;
        all.push(fresh);
        grown[step]! += bytesOf(output);
      }
    });
    for (const input of node.inputs) if (input !== undefined) release(input, step);
    for (const output of node.outputs) release(output, step);
  });

  for (const { value, lastStep } of all) shrunk[lastStep]! += bytesOf(value);
  let held = 0;
  let peak = 0;
  let peakNode: Node | undefined;
  order.forEach((node, step) => {
    held += grown[step]!;
    const now = held + (node.operator.buffers?.workspace?.(node) ?? 0);
    if (now > peak) [peak, peakNode] = [now, node];
    held -= shrunk[step]!;
  });
  return { peak, peakNode };
}

/** The buffer of an operand of the same shape that is used for the last time, where the kernel may write over it. */
function overwritten(node: Node, position: number, buffers: Buffers): Buffer | undefined {
  const output = node.outputs[position]!;
  for (const [from, to] of node.operator.buffers?.overwrites ?? []) {
    const input = node.inputs[from];
    if (to !== position || input === undefined) continue;
    const buffer = buffers[input.id];
    if (buffer?.uses === 1 && sameSize(input, output)) return buffer;
  }
  return undefined;
}

/** Dead buffers. The one of a shape that died last is taken first. */
class FreeBuffers {
  private readonly bySize = new Map<string, Buffer[]>();

  give(buffer: Buffer): void {
    const key = sizeKey(buffer.value);
    const alike = this.bySize.get(key);
    if (alike === undefined) this.bySize.set(key, [buffer]);
    else alike.push(buffer);
  }

  take(value: Value): Buffer | undefined {
    return this.bySize.get(sizeKey(value))?.pop();
  }
}

/** The same for values of which one fits into the buffer of the other, see {@link sameSize}. */
function sizeKey({ dataType, shape }: Value): string {
  return `${bytesPerEntry[dataType]}:${shape.join()}`;
}

function sameSize(a: Value, b: Value): boolean {
  return bytesPerEntry[a.dataType] === bytesPerEntry[b.dataType] && sameShape(a.shape, b.shape);
}

/** Transpositions of the last two axes that matrix products alone read: the runtime fuses them into the product. */
function fusedTranspositions(order: readonly Node[]): ReadonlySet<Value> {
  const fused = new Set<Value>();
  for (const node of order) {
    if (node.operator.name !== 'Transpose') continue;
    const permutation = node.ints('perm') ?? [];
    const { length } = permutation;
    const swaps = permutation.every(
      (axis, place) => axis === (place < length - 2 ? place : 2 * length - 3 - place),
    );
    if (swaps && node.input(0).dataType === 'float32') fused.add(node.output());
  }
  for (const node of order) {
    if (node.operator.name === 'MatMul') continue;
    for (const input of node.inputs) if (input !== undefined) fused.delete(input);
  }
  return fused;
}
