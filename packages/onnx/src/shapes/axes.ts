import type { Node } from '../graph/node.js';

/** An axis counted from the front; the specification lets it count from the back when negative. */
export function normalizeAxis(node: Node, axis: number, rank: number): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= Math.max(rank, 1)) {
    throw node.error(`axis ${axis} is outside of a tensor of rank ${rank}`);
  }
  return axis < 0 ? axis + rank : axis;
}

/** The axes of a reduction: those listed, or else all of them (none when `emptyMeansNone`). */
export function normalizeAxes(
  node: Node,
  axes: readonly number[] | undefined,
  rank: number,
  emptyMeansNone = false,
): number[] {
  if (axes === undefined || axes.length === 0) {
    return emptyMeansNone ? [] : Array.from({ length: rank }, (_, axis) => axis);
  }
  if (axes.length > 64) throw node.error(`lists ${axes.length} axes`);
  return axes.map((axis) => normalizeAxis(node, axis, rank)).sort((a, b) => a - b);
}

/** The shape after reducing `axes`. */
export function reducedShape(
  shape: readonly number[],
  axes: readonly number[],
  keepDimensions: boolean,
): number[] {
  return keepDimensions
    ? shape.map((length, axis) => (axes.includes(axis) ? 1 : length))
    : shape.filter((_, axis) => !axes.includes(axis));
}
