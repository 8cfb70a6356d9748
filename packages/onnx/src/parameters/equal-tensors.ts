import type { TensorProto } from 'onnx-buf';

/** Two tensors of the same entries. */
export interface Equal {
  readonly tensor: string;
  readonly like: string;
  /** Whether it is the other one transposed. */
  readonly transposed: boolean;
}

/**
 * Finds matrices and larger tensors that hold the same entries, or those of another one transposed, which exporters
 * write for one weight that is used twice. Entries that are all the same number are no sign of that.
 *
 * @param read gives the entries; `undefined` where they cannot be read.
 */
export function equalTensors(
  tensors: readonly TensorProto[],
  read: (tensor: TensorProto) => Float64Array | undefined,
): readonly Equal[] {
  const found: Equal[] = [];
  const alike = new Map<string, TensorProto[]>();
  for (const tensor of tensors) {
    if (tensor.dims.length < 2) continue;
    const values = read(tensor);
    if (values === undefined || values.length < 2 || values.every((value) => value === values[0])) continue;
    // Corners stay where they are in the transpose.
    const lengths = [...tensor.dims].sort((a, b) => Number(a - b));
    const key = [tensor.dataType, ...lengths, values[0], values.at(-1)].join();
    const others = alike.get(key) ?? [];
    const equal = others.flatMap((other) => relate(tensor, values, other, read(other)!)).slice(0, 1);
    found.push(...equal);
    if (equal.length === 0) alike.set(key, [...others, tensor]);
  }
  return found;
}

function relate(tensor: TensorProto, a: Float64Array, other: TensorProto, b: Float64Array): Equal[] {
  const names = { tensor: tensor.name, like: other.name };
  const isSame = tensor.dims.join() === other.dims.join();
  if (isSame && a.every((value, place) => value === b[place])) return [{ ...names, transposed: false }];
  if (tensor.dims.length !== 2 || tensor.dims[0] !== other.dims[1] || tensor.dims[1] !== other.dims[0])
    return [];
  const [rows, columns] = tensor.dims.map(Number) as [number, number];
  const swapped = (place: number): number => (place % columns) * rows + Math.floor(place / columns);
  return a.every((value, place) => value === b[swapped(place)]) ? [{ ...names, transposed: true }] : [];
}
