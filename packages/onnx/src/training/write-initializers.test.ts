import { describe, expect, test } from '@jest/globals';
import { GraphBuilder } from '../graph-builder.js';
import { decodeModel, numbersOfInitializer } from '../model/decode-model.js';
import { encodeModel, modelBytes } from '../model/encode-model.js';
import { writeInitializers } from './write-initializers.js';

/** y = x · weight, as bytes. */
function small(dataType: 'float32' | 'float64' = 'float32'): Uint8Array {
  const graph = new GraphBuilder();
  const x = graph.input('x', dataType, [1, 2]);
  const data = (dataType === 'float32' ? Float32Array : Float64Array).from([1, 2]);
  const y = graph.matmul(x, graph.constantTensor({ dataType, shape: [2, 1], data }, 'weight'));
  return modelBytes(encodeModel({ name: 'small', inputs: [x], outputs: [{ name: 'y', value: y }] }));
}

describe('writeInitializers', () => {
  test('fields that are not known are written back where they were', () => {
    // Field 1000 of type string, in the model and in each node and initializer: the tag is a varint of two bytes.
    const unknown = [0xc2, 0x3e, 3, 0x6e, 0x65, 0x77];
    const found = (bytes: Uint8Array): number =>
      Buffer.from(bytes).toString('latin1').split(Buffer.from(unknown).toString('latin1')).length - 1;
    const model = decodeModel(Uint8Array.from([...small(), ...unknown]));
    const [node, tensor] = [model.graph!.node[0]!, model.graph!.initializer[0]!];
    node.$unknown = tensor.$unknown = model.$unknown!;
    const tuned = writeInitializers(
      decodeModel(modelBytes(model)),
      new Map([['weight', Float32Array.of(3, 4)]]),
    );
    const bytes = modelBytes(tuned);
    expect(found(bytes)).toBe(3);
    expect([...numbersOfInitializer(decodeModel(bytes).graph!.initializer[0]!)]).toEqual([3, 4]);
  });

  test('the given model and what is not replaced stay as they were', () => {
    const model = decodeModel(small());
    const before = modelBytes(model);
    const tuned = writeInitializers(model, new Map([['weight', Float32Array.of(3, 4)]]));
    expect(modelBytes(model)).toEqual(before);
    expect(tuned.graph!.node).toBe(model.graph!.node);
  });

  test('weights are written in the type that they have', () => {
    const tuned = writeInitializers(
      decodeModel(small('float64')),
      new Map([['weight', Float32Array.of(3, 0.1)]]),
    );
    const [weight] = decodeModel(modelBytes(tuned)).graph!.initializer;
    expect(weight!.dataType).toBe(11);
    expect([...numbersOfInitializer(weight!)]).toEqual([3, Math.fround(0.1)]);
  });
});
