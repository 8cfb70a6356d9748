import type { GraphProto } from 'onnx-buf';
import { traitsOf } from '../model/operator-traits.js';

/**
 * Names the kind of a parameter by the first node that computes with it, in whatever form: its operator, and the role
 * of the parameter there.
 */
export function parameterKinds(graph: GraphProto): (name: string) => string {
  /** What a name is another form of. */
  const origins = new Map(graph.initializer.map(({ name }) => [name, name]));
  const kinds = new Map<string, string>();
  for (const { domain, opType, input, output } of graph.node) {
    const { roles, entries } = traitsOf({ domain, opType });
    const first = origins.get(input[0] ?? '');
    if (entries === 'kept') {
      if (first !== undefined) origins.set(output[0]!, first);
      continue;
    }
    if (opType === 'Shape') continue;
    for (const [position, name] of input.entries()) {
      const origin = origins.get(name);
      if (origin === undefined || kinds.has(origin)) continue;
      kinds.set(origin, `${opType} ${roles?.[position] ?? 'operand'}`);
    }
  }
  return (name) => kinds.get(name) ?? 'operand';
}
