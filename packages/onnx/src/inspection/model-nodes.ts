import type { ModelProto, NodeProto } from 'onnx-buf';

/**
 * All nodes of a model: of its graph, of the graphs inside of nodes, and of its own functions wherever they are called.
 * A call counts as a node too.
 */
export function modelNodes(model: ModelProto): readonly NodeProto[] {
  const functions = new Map(model.functions.map((each) => [`${each.domain}:${each.name}`, each]));
  const found: NodeProto[] = [];
  const visit = (nodes: readonly NodeProto[], calls: readonly string[]): void => {
    for (const node of nodes) {
      found.push(node);
      for (const { g, graphs } of node.attribute) {
        for (const inner of g === undefined ? graphs : [g, ...graphs]) visit(inner.node, calls);
      }
      const key = `${node.domain}:${node.opType}`;
      const called = functions.get(key);
      // A function that calls itself is refused where it is inlined.
      if (called !== undefined && !calls.includes(key)) visit(called.node, [...calls, key]);
    }
  };
  visit(model.graph!.node, []);
  return found;
}
