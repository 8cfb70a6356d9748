import type { Node } from '../ir/node.js';

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
  const places = new Map(written.map((node, place) => [node, place]));
  const read = new Set<Node>();
  for (const node of written) for (const producer of producersOf(node)) read.add(producer);
  const order: Node[] = [];
  const visited = new Set<Node>();
  const stack = written.filter((node) => !read.has(node)).map((node) => ({ node, leave: false }));
  for (let entry = stack.pop(); entry !== undefined; entry = stack.pop()) {
    const { node, leave } = entry;
    if (leave) {
      order.push(node);
    } else if (!visited.has(node)) {
      visited.add(node);
      stack.push({ node, leave: true });
      [...producersOf(node)]
        .filter((producer) => !visited.has(producer))
        .sort((a, b) => places.get(a)! - places.get(b)!)
        .forEach((producer) => stack.push({ node: producer, leave: false }));
    }
  }
  return order;
}

/** The nodes that a node reads from. */
export function producersOf(node: Node): ReadonlySet<Node> {
  return new Set(node.inputs.flatMap((input) => input?.producer ?? []));
}
