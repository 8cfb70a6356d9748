import { liveNodes } from './live-nodes.js';
import { numbersOf } from './tensor.js';
import type { Value } from './value.js';
import type { Numbers } from './operator.js';

/**
 * Computes `outputs` in float64, operator by operator, slowly and plainly: the oracle for gradients and for runtimes.
 *
 * @param feeds the entries of every input that the outputs depend on.
 */
export function interpret(outputs: readonly Value[], feeds: ReadonlyMap<Value, Numbers>): readonly Numbers[] {
  const known = new Map<Value, Numbers>(feeds);
  const lookUp = (value: Value): Numbers => {
    let numbers = known.get(value);
    if (numbers === undefined) {
      if (value.constant === undefined) throw new RangeError(`feeds lack input '${value.name}'`);
      numbers = { shape: value.shape, data: numbersOf(value.constant) };
      known.set(value, numbers);
    }
    return numbers;
  };
  for (const node of liveNodes(outputs)) {
    if (node.operator.evaluate === undefined) throw node.error('cannot be interpreted');
    const results = node.operator.evaluate(
      node,
      node.inputs.map((input) => (input === undefined ? undefined : lookUp(input))),
    );
    results.forEach((result, position) => known.set(node.outputs[position]!, result));
  }
  return outputs.map(lookUp);
}
