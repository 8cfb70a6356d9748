import type { GraphProto } from 'onnx-buf';

/** The names of the values that do not change with what the graph is fed: initializers, and what is computed from them. */
export function fixedValues({ initializer, node }: GraphProto): ReadonlySet<string> {
  const fixed = new Set(['', ...initializer.map(({ name }) => name)]);
  for (const { input, output, attribute } of node) {
    const isFixed = input.every((name) => fixed.has(name)) && attribute.every(({ g }) => g === undefined);
    if (isFixed) for (const name of output) fixed.add(name);
  }
  return fixed;
}
