import type { Feed } from '../worker/messages.js';

/** The entries of one input. */
export type InputData = Float32Array | Int32Array | BigInt64Array;

/**
 * The inputs of a network as feeds, checked against their shapes.
 *
 * @throws RangeError that names the input when one is missing, unknown or of the wrong length.
 */
export function inputFeeds(
  inputs: Readonly<Record<string, InputData>>,
  shapes: Readonly<Record<string, readonly number[]>>,
): Feed[] {
  const names = Object.keys(shapes);
  for (const name of Object.keys(inputs)) {
    if (!names.includes(name)) throw new RangeError(`inputs has '${name}', expected ${names.join(', ')}`);
  }
  return names.map((name) => {
    const data = inputs[name];
    const shape = shapes[name]!;
    const size = shape.reduce((product, length) => product * length, 1);
    if (data?.length !== size) {
      throw new RangeError(
        `input '${name}' has ${data?.length ?? 'no'} entries, expected ${size} of shape [${shape.join(', ')}]`,
      );
    }
    return { name, type: typeOf(data), shape, data };
  });
}

function typeOf(data: InputData): Feed['type'] {
  // By name, as arrays from another realm are no instances of this one's types.
  const name = Object.prototype.toString.call(data);
  return name === '[object Float32Array]' ? 'float32' : name === '[object Int32Array]' ? 'int32' : 'int64';
}
