import { describe, expect, test } from '@jest/globals';
import { GraphBuilder } from '../graph-builder.js';
import { OnnxError } from '../graph/onnx-error.js';
import { decodeModel } from './decode-model.js';
import { encodeModel, modelBytes } from './encode-model.js';

/** The bytes of a field that holds bytes: its tag and length before it. */
function field(number: number, ...contents: readonly (readonly number[] | Uint8Array)[]): number[] {
  const inside = contents.flatMap((each) => [...each]);
  return [...varint((number << 3) | 2), ...varint(inside.length), ...inside];
}

const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value & 127) | 128, ...varint(Math.floor(value / 128))];

const [graph, nodes, name] = [7, 1, 2];

function small(): Uint8Array {
  const builder = new GraphBuilder();
  const x = builder.input('x', 'float32', [2]);
  return modelBytes(
    encodeModel({ name: 'small', inputs: [x], outputs: [{ name: 'y', value: builder.exp(x) }] }),
  );
}

const decode = (bytes: readonly number[]): unknown => decodeModel(Uint8Array.from(bytes));

describe('the bytes of a model', () => {
  test('may hold fields that nobody knows, of any type', () => {
    const unknown = [
      field(1000, [1, 2, 3]),
      [...varint(1001 << 3), 5],
      [...varint((1002 << 3) | 5), 0, 0, 0, 0],
    ];
    expect(modelBytes(decodeModel(Uint8Array.from([...small(), ...unknown.flat()])))).toEqual(
      Uint8Array.from([...small(), ...unknown.flat()]),
    );
  });

  test.each([
    ['a field of another type', field(graph, [nodes << 3, 1]), 'field node of GraphProto has wire type 0'],
    [
      'a message that is longer than what it lies in',
      [...field(graph, [(nodes << 3) | 2, 9]), ...field(100, [0, 0, 0, 0, 0, 0, 0, 0, 0])],
      'field node of GraphProto is longer than what it lies in',
    ],
    [
      'a text that is longer than what it lies in',
      [...field(graph, [(name << 3) | 2, 4]), ...field(100, [0, 0, 0, 0])],
      'a field of GraphProto is longer than what it lies in',
    ],
  ])('%s is refused', (_, bytes, cause) => {
    expect(() => decode([...small(), ...bytes])).toThrow(OnnxError);
    expect(() => decode([...small(), ...bytes])).toThrow(cause);
  });

  test('graphs inside of graphs without end are refused', () => {
    // An attribute of a node holds a graph, which holds a node, …
    let inner: number[] = [];
    for (let depth = 0; depth < 60; depth++) inner = field(nodes, field(5, field(6, inner)));
    expect(() => decode([...small(), ...field(graph, inner)])).toThrow('messages more than 100 deep');
  });

  test('millions of empty nodes are refused by their number', () => {
    const count = (1 << 22) + 1;
    const bytes = new Uint8Array(2 * count + 6);
    for (let place = 6; place < bytes.length; place += 2) bytes[place] = (nodes << 3) | 2;
    const length = 2 * count;
    bytes.set([(graph << 3) | 2, ...[0, 7, 14, 21].map((shift) => ((length >> shift) & 127) | 128), 0]);
    expect(() => decodeModel(bytes)).toThrow('holds more than 4194304 messages');
  });
});
