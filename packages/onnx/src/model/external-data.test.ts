import { create } from '@bufbuild/protobuf';
import { describe, expect, test } from '@jest/globals';
import { StringStringEntryProtoSchema } from 'onnx-buf';
import { GraphBuilder } from '../graph-builder.js';
import { OnnxError } from '../graph/onnx-error.js';
import { buildEvaluationGraph } from '../training/evaluation-graph.js';
import { decodeModel, numbersOfInitializer } from './decode-model.js';
import { encodeModel, modelBytes } from './encode-model.js';
import type { ExternalRange } from './external-data.js';
import { splitModel } from './split-model.js';

/** A network [1, 300] → [1, 2] of weights 'a' (1.2 KB) and 'b' (8 KB). */
function network(): ReturnType<typeof encodeModel> {
  const graph = new GraphBuilder();
  const x = graph.input('x', 'float32', [1, 300]);
  const weight = (name: string, shape: readonly number[]) =>
    graph.constantTensor(
      {
        dataType: 'float32',
        shape,
        data: Float32Array.from({ length: shape[0]! * shape[1]! }, (_, place) => place / 10),
      },
      name,
    );
  const y = graph.matmul(graph.only('PRelu', [x, weight('a', [1, 300])]), weight('b', [300, 7]));
  return encodeModel({ name: 'network', inputs: [x], outputs: [{ name: 'y', value: y }] });
}

/** The network with its data apart, and what was read of it. */
function split(entries: Readonly<Record<string, string>> = {}): {
  bytes: Uint8Array;
  read: ExternalRange[];
  externalData: (range: ExternalRange) => Uint8Array;
} {
  const parts = splitModel(network(), 0);
  const data = Buffer.concat([...parts.data()]);
  expect(parts.dataLength).toBe(data.length);
  const model = decodeModel(parts.bytes('weights.bin'));
  const [first] = model.graph!.initializer;
  for (const [key, value] of Object.entries(entries)) {
    first!.externalData = [
      ...first!.externalData.filter((entry) => entry.key !== key),
      create(StringStringEntryProtoSchema, { key, value }),
    ];
  }
  const read: ExternalRange[] = [];
  const externalData = (range: ExternalRange): Uint8Array => {
    read.push(range);
    return data.subarray(range.offset, range.offset + range.length);
  };
  return { bytes: modelBytes(model), read, externalData };
}

describe('data outside of a model', () => {
  test('is read a tensor at a time, when it is asked for', () => {
    const { bytes, read, externalData } = split();
    const model = decodeModel(bytes, { externalData });
    expect(read).toEqual([]);
    expect([...numbersOfInitializer(model.graph!.initializer[0]!)].slice(0, 3)).toEqual(
      [0, 0.1, 0.2].map(Math.fround),
    );
    expect(read).toEqual([{ location: 'weights.bin', offset: 0, length: 1200 }]);
  });

  test('of weights that are fed is not read to build a graph; of those that are not, is', () => {
    const { bytes, read, externalData } = split();
    const model = decodeModel(bytes, { externalData });
    buildEvaluationGraph(model, {});
    expect(read).toEqual([]);
    buildEvaluationGraph(model, { trainable: (name) => name === 'b' });
    expect(read.map(({ length }) => length)).toEqual([1200]);
  });

  test('is embedded when a model is written as one file', () => {
    const { bytes, externalData } = split();
    expect(modelBytes(decodeModel(bytes, { externalData }))).toEqual(modelBytes(network()));
    // References that nobody can follow are kept as they are.
    expect(modelBytes(decodeModel(bytes))).toEqual(bytes);
  });

  test.each([
    [{ offset: '-1' }, "its offset '-1' is no count of bytes"],
    [{ offset: '1e3' }, "its offset '1e3' is no count of bytes"],
    [{ length: '9223372036854775807' }, 'is no count of bytes'],
    [{ length: '1204' }, 'it claims 1204 bytes, but shape [1, 300] needs 1200'],
    [{ location: '../weights.bin' }, "has an empty part or '..'"],
    [{ location: 'a/./../../weights.bin' }, "has an empty part or '..'"],
    [{ location: '/weights.bin' }, 'an absolute path'],
    [{ location: '\\\\host\\weights.bin' }, 'a backslash, a colon or a control character'],
  ])('with %j is refused', (entries, cause) => {
    const { bytes } = split(entries);
    expect(() => decodeModel(bytes)).toThrow(OnnxError);
    expect(() => decodeModel(bytes)).toThrow("initializer 'a': its data lies outside of the model, in");
    expect(() => decodeModel(bytes)).toThrow(cause);
  });

  test('that is too short is refused', () => {
    const { bytes, externalData } = split({ offset: '12000' });
    const [tensor] = decodeModel(bytes, { externalData }).graph!.initializer;
    expect(() => numbersOfInitializer(tensor!)).toThrow(
      /of which \d+ bytes were read, but bytes 12000 to 13200/,
    );
  });
});
