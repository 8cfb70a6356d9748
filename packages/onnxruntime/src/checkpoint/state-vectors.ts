import type { FlatEntry } from '@lovasz/onnx';
import { flatLength } from '@lovasz/onnx/parts';
import { CheckpointError, type StateTensor } from './checkpoint.js';

/** Takes a flat vector apart into named tensors. */
export function tensorsOf(vector: Float32Array, layout: readonly FlatEntry[]): Map<string, StateTensor> {
  return new Map(
    layout.map(({ name, shape, offset, size }) => [
      name,
      { shape, data: vector.slice(offset, offset + size) },
    ]),
  );
}

/**
 * Puts named tensors together into the flat vector of a layout.
 *
 * @param kind how messages call the tensors.
 * @throws CheckpointError when a name is missing, unknown, or of another shape: the tensors are those of another model.
 */
export function vectorOf(
  tensors: ReadonlyMap<string, StateTensor>,
  layout: readonly FlatEntry[],
  kind: string,
): Float32Array {
  const vector = new Float32Array(flatLength(layout));
  const known = new Set(layout.map(({ name }) => name));
  const missing = layout.filter(({ name }) => !tensors.has(name)).map(({ name }) => name);
  const unknown = [...tensors.keys()].filter((name) => !known.has(name));
  if (missing.length > 0 || unknown.length > 0) {
    const list = (names: readonly string[]): string =>
      `${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}`;
    throw new CheckpointError(
      `the checkpoint is of another model: of its ${kind}, ${[
        ...(missing.length > 0 ? [`${missing.length} of the model are missing (${list(missing)})`] : []),
        ...(unknown.length > 0 ? [`${unknown.length} are not in the model (${list(unknown)})`] : []),
      ].join(' and ')}`,
    );
  }
  for (const { name, shape, offset } of layout) {
    const tensor = tensors.get(name)!;
    if (tensor.shape.join() !== shape.join()) {
      throw new CheckpointError(
        `the checkpoint is of another model: ${kind} '${name}' has shape [${tensor.shape.join(', ')}], the model's has [${shape.join(', ')}]`,
      );
    }
    vector.set(tensor.data, offset);
  }
  return vector;
}
