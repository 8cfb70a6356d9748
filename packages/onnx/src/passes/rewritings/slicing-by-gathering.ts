import type { Node } from '../../graph/node.js';
import type { Rewriting } from '../profile.js';

/** Slice of other data than float32. */
export const slicingByGathering: Rewriting = {
  operator: 'Slice',
  reason: 'the kernel takes float32 only; that of Gather takes integers and bool too',
  rewrite: ({ graph, node, inputs: [x] }) => {
    if (node.input(0).dataType === 'float32') return undefined;
    return [
      slicedAxes(node).reduce(
        (value, { axis, places }) => graph.only('Gather', [value, graph.integers(places)], { axis }),
        x!,
      ),
    ];
  },
};

/** The axes that a Slice shortens or reorders, each with the places that are kept. */
function slicedAxes(node: Node): readonly { readonly axis: number; readonly places: readonly number[] }[] {
  const { shape } = node.input(0);
  const starts = node.knownNumbers(1);
  const axes = node.optionalNumbers(3) ?? starts.map((_, axis) => axis);
  const steps = node.optionalNumbers(4) ?? starts.map(() => 1);
  return axes.map((listed, entry) => {
    const axis = listed < 0 ? listed + shape.length : listed;
    const [length, step] = [shape[axis]!, steps[entry]!];
    const counted = starts[entry]! < 0 ? starts[entry]! + length : starts[entry]!;
    const start = Math.min(Math.max(counted, 0), step < 0 ? length - 1 : length);
    const count = node.output().shape[axis]!;
    return { axis, places: Array.from({ length: count }, (_, place) => start + place * step) };
  });
}
