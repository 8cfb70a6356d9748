import type { Node } from '../graph/node.js';
import { highestId } from './highest-id.js';

const [unseen, entered, done] = [0, 1, 2];

/**
 * The order in which ONNX Runtime executes the nodes of a file.
 *
 * It is not the order of the file. By default the runtime walks from the nodes that nobody reads to their inputs, depth
 * first, and takes whatever stands later in the file first; a node runs when the walk leaves it. (The walk of
 * `GraphViewer` over `Graph::ReverseDFSFrom`; the other orders of the runtime cannot be chosen from JavaScript.)
 *
 * @param written the nodes as they stand in the file, each after those it reads from.
 */
export function executionOrder(written: readonly Node[]): readonly Node[] {
  // By the ids of first outputs, which are those of one graph.
  const length = highestId(written) + 1;
  const places = new Int32Array(length);
  const read = new Uint8Array(length);
  written.forEach((node, place) => {
    places[node.output().id] = place;
    for (const input of node.inputs) if (input?.producer !== undefined) read[input.producer.output().id] = 1;
  });
  const placeOf = (node: Node): number => places[node.output().id]!;
  const order: Node[] = [];
  const visited = new Uint8Array(written.length);
  /** Nodes to enter; one that is entered stays until all before it have run. */
  const stack = written.filter((node) => read[node.output().id] === 0);
  for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
    const place = placeOf(node);
    if (visited[place] !== unseen) {
      stack.pop();
      // A node that was pushed twice runs once.
      if (visited[place] === entered) order.push(node);
      visited[place] = done;
      continue;
    }
    visited[place] = entered;
    const ahead: Node[] = [];
    for (const input of node.inputs) if (input?.producer !== undefined) ahead.push(input.producer);
    for (const producer of ahead.sort((a, b) => placeOf(a) - placeOf(b))) {
      if (visited[placeOf(producer)] === unseen) stack.push(producer);
    }
  }
  return order;
}
