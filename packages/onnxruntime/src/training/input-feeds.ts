import type { Feed } from '../worker/messages.js';
import type { OwnArray } from '../worker/worker-thread.js';
import { sizeOf } from '@lovasz/onnx/parts';

/** The entries of one input. */
export type InputData = Float32Array | Int32Array | BigInt64Array;

/** A feed whose entries are nobody else's: it can be handed to another thread. */
export interface OwnFeed extends Feed {
  readonly data: Feed['data'] & OwnArray;
}

/**
 * Copies of the inputs of a network as feeds, checked against their shapes.
 *
 * @throws RangeError that names the input when one is missing, unknown or of the wrong length; TypeError for an array of
 *   another type.
 */
export function inputFeeds(
  inputs: Readonly<Record<string, InputData>>,
  shapes: Readonly<Record<string, readonly number[]>>,
): OwnFeed[] {
  const names = Object.keys(shapes);
  for (const name of Object.keys(inputs)) {
    if (!names.includes(name)) throw new RangeError(`inputs has '${name}', expected ${names.join(', ')}`);
  }
  return names.map((name) => {
    const data = inputs[name];
    const shape = shapes[name]!;
    const size = sizeOf(shape);
    if (data?.length !== size) {
      throw new RangeError(
        `input '${name}' has ${data?.length ?? 'no'} entries, expected ${size} of shape [${shape.join(', ')}]`,
      );
    }
    return { name, type: typeOf(name, data), shape, data: data.slice() as OwnFeed['data'] };
  });
}

const types: ReadonlyMap<string, Feed['type']> = new Map([
  ['Float32Array', 'float32'],
  ['Int32Array', 'int32'],
  ['BigInt64Array', 'int64'],
]);

function typeOf(input: string, data: InputData): Feed['type'] {
  // By name, as arrays from another realm are no instances of this one's types.
  const name = Object.prototype.toString.call(data).slice('[object '.length, -1);
  const type = types.get(name);
  if (type !== undefined) return type;
  throw new TypeError(`input '${input}' is ${name}, expected ${[...types.keys()].join(', ')}`);
}
