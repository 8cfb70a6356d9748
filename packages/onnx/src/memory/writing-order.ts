import { liveNodes } from '../graph/live-nodes.js';
import type { Node } from '../graph/node.js';
import type { Value } from '../graph/value.js';
import { executionOrder } from './execution-order.js';
import { highestId } from './highest-id.js';
import { planMemory } from './plan-memory.js';

/**
 * The order in which nodes are written into a file so that the runtime, executing it in its own order, holds little.
 *
 * Left alone, ONNX Runtime computes the whole chain of cotangents down to the first layer before the gradient of any
 * other kernel, and holds every activation and every cotangent until then. What should run early must be written late
 * (see {@link executionOrder}), as far as a file allows that lists each node after those it reads from.
 *
 * @returns the live nodes, in the better of two orders by {@link planMemory}: that, and the order of creation.
 */
export function writingOrder(outputs: readonly Value[]): readonly Node[] {
  const created = liveNodes(outputs);
  const candidates = [earlyLast(created), created];
  const peaks = candidates.map((written) => planMemory(outputs, { order: executionOrder(written) }).peak);
  return candidates[peaks[0]! <= peaks[1]! ? 0 : 1]!;
}

/** From the back: among the nodes whose readers are all written, always the one that was created first. */
function earlyLast(created: readonly Node[]): readonly Node[] {
  // By the ids of first outputs, which are those of one graph.
  const places = new Int32Array(highestId(created) + 1);
  created.forEach((node, place) => (places[node.output().id] = place));
  // A node that reads another twice counts twice, here and when it is written.
  const unwrittenReaders = new Int32Array(created.length);
  for (const { inputs } of created) {
    for (const input of inputs) {
      if (input?.producer !== undefined) unwrittenReaders[places[input.producer.output().id]!]!++;
    }
  }
  const ready = new SmallestFirst();
  unwrittenReaders.forEach((count, place) => {
    if (count === 0) ready.push(place);
  });
  const backwards: Node[] = [];
  for (let place = ready.pop(); place !== undefined; place = ready.pop()) {
    backwards.push(created[place]!);
    for (const input of created[place]!.inputs) {
      if (input?.producer === undefined) continue;
      const producer = places[input.producer.output().id]!;
      if (--unwrittenReaders[producer]! === 0) ready.push(producer);
    }
  }
  return backwards.reverse();
}

/** A binary heap of numbers. */
class SmallestFirst {
  private readonly heap: number[] = [];

  push(number: number): void {
    const { heap } = this;
    let place = heap.length;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (heap[parent]! <= number) break;
      heap[place] = heap[parent]!;
      place = parent;
    }
    heap[place] = number;
  }

  pop(): number | undefined {
    const { heap } = this;
    const smallest = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return smallest;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child++;
      if (heap[child]! >= last) break;
      heap[place] = heap[child]!;
      place = child;
    }
    heap[place] = last;
    return smallest;
  }
}
