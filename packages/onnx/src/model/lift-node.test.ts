import { create } from '@bufbuild/protobuf';
import { describe, expect, test } from '@jest/globals';
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
  type AttributeProto,
} from 'onnx-buf';
import { GraphBuilder } from '../graph-builder.js';
import { interpret } from '../graph/interpret.js';
import { sizeOf, tensorOf } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import type { Numbers } from '../graph/operator.js';
import { encodeTensor } from './encode-model.js';
import { importModel } from './import-model.js';
import { liftNode } from './lift-node.js';

/** What a node is written with: attributes by name, and inputs after the first that are known in advance. */
interface Form {
  readonly operator?: string;
  readonly opset: number;
  readonly attributes?: Readonly<Record<string, number | string | readonly number[]>>;
  readonly floats?: readonly string[];
  readonly known?: readonly (readonly number[] | undefined)[];
  readonly knownType?: 'int64' | 'float32';
  readonly scalars?: boolean;
}

function attributeOf(
  name: string,
  value: number | string | readonly number[],
  float: boolean,
): AttributeProto {
  const types = AttributeProto_AttributeType;
  if (typeof value === 'string') {
    const s = new TextEncoder().encode(value) as Uint8Array<ArrayBuffer>;
    return create(AttributeProtoSchema, { name, type: types.STRING, s });
  }
  if (typeof value === 'number') {
    return float
      ? create(AttributeProtoSchema, { name, type: types.FLOAT, f: value })
      : create(AttributeProtoSchema, { name, type: types.INT, i: BigInt(value) });
  }
  return float
    ? create(AttributeProtoSchema, { name, type: types.FLOATS, floats: [...value] })
    : create(AttributeProtoSchema, { name, type: types.INTS, ints: value.map(BigInt) });
}

/** All outputs of a model of one node, for an input with entries 1, −2, 3, −4, … */
function outputsOf(operator: string, shape: readonly number[], outputs: number, form: Form): Numbers[] {
  const known = form.known ?? [];
  const model = create(ModelProtoSchema, {
    opsetImport: [create(OperatorSetIdProtoSchema, { version: BigInt(form.opset) })],
    graph: create(GraphProtoSchema, {
      node: [
        create(NodeProtoSchema, {
          opType: form.operator ?? operator,
          input: ['x', ...known.map((each, place) => (each === undefined ? '' : `known_${place}`))],
          output: Array.from({ length: outputs }, (_, place) => `y_${place}`),
          attribute: Object.entries(form.attributes ?? {}).map(([name, value]) =>
            attributeOf(name, value, form.floats?.includes(name) === true),
          ),
        }),
      ],
      initializer: known.flatMap((each, place) =>
        each === undefined
          ? []
          : [
              encodeTensor(
                tensorOf(form.knownType ?? 'int64', form.scalars === true ? [] : [each.length], each),
                `known_${place}`,
              ),
            ],
      ),
      input: [
        create(ValueInfoProtoSchema, {
          name: 'x',
          type: create(TypeProtoSchema, {
            value: {
              case: 'tensorType',
              value: create(TypeProto_TensorSchema, {
                elemType: 1,
                shape: create(TensorShapeProtoSchema, {
                  dim: shape.map((length) =>
                    create(TensorShapeProto_DimensionSchema, {
                      value: { case: 'dimValue', value: BigInt(length) },
                    }),
                  ),
                }),
              }),
            },
          }),
        }),
      ],
      output: Array.from({ length: outputs }, (_, place) =>
        create(ValueInfoProtoSchema, { name: `y_${place}` }),
      ),
    }),
  });
  const imported = importModel(model);
  const data = Float64Array.from(
    { length: sizeOf(shape) },
    (_, place) => (place + 1) * (place % 2 === 0 ? 1 : -1),
  );
  const feeds = new Map<Value, Numbers>([[imported.inputs[0]!, { shape, data }]]);
  return [
    ...interpret(
      imported.outputs.map(({ value }) => value),
      feeds,
    ),
  ];
}

describe('a node of an older or newer operator set computes what its form in set 18 does', () => {
  test.each<[string, number[], number, Form, Form]>([
    ['Squeeze', [1, 3, 1], 1, { opset: 11, attributes: { axes: [0] } }, { opset: 18, known: [[0]] }],
    ['Unsqueeze', [2, 3], 1, { opset: 11, attributes: { axes: [0, 3] } }, { opset: 18, known: [[0, 3]] }],
    [
      'ReduceSum',
      [2, 3],
      1,
      { opset: 11, attributes: { axes: [1], keepdims: 0 } },
      { opset: 18, known: [[1]], attributes: { keepdims: 0 } },
    ],
    ['ReduceMean', [2, 3], 1, { opset: 17, attributes: { axes: [0] } }, { opset: 18, known: [[0]] }],
    ['ReduceProd', [2, 3], 1, { opset: 13 }, { opset: 18 }],
    // Nothing but numbers of 8 bits could saturate.
    [
      'Cast',
      [2],
      1,
      { opset: 19, attributes: { to: 11, saturate: 0 } },
      { opset: 18, attributes: { to: 11 } },
    ],
    // The axis of DFT was an attribute up to set 19, and the second one when left out.
    [
      'DFT',
      [4, 3, 2],
      1,
      { opset: 17, attributes: { axis: 0 } },
      { opset: 20, known: [undefined, [0]], scalars: true },
    ],
    ['DFT', [4, 3, 2], 1, { opset: 17 }, { opset: 20, known: [undefined, [1]], scalars: true }],
    [
      'SpaceToDepth',
      [1, 1, 2, 2],
      1,
      { opset: 28, attributes: { blocksize: 2 } },
      { opset: 18, attributes: { blocksize: 2 } },
    ],
    [
      'Slice',
      [4, 3],
      1,
      { opset: 9, attributes: { starts: [1, -2], ends: [3, 99] } },
      {
        opset: 18,
        known: [
          [1, -2],
          [3, 99],
        ],
      },
    ],
    [
      'Split',
      [2, 6],
      2,
      { opset: 11, attributes: { axis: 1, split: [2, 4] } },
      { opset: 18, attributes: { axis: 1 }, known: [[2, 4]] },
    ],
    [
      'Split',
      [2, 6],
      3,
      { opset: 13, attributes: { axis: 1 } },
      { opset: 18, attributes: { axis: 1, num_outputs: 3 } },
    ],
    [
      'Pad',
      [2, 2],
      1,
      { opset: 10, attributes: { pads: [0, 1, 1, 0], mode: 'reflect' } },
      { opset: 18, known: [[0, 1, 1, 0]], attributes: { mode: 'reflect' } },
    ],
    [
      'Pad',
      [2, 2],
      1,
      { opset: 19, known: [[0, 2, 1, 0]], attributes: { mode: 'wrap' } },
      { opset: 18, known: [[0, 2, 1, 0]], attributes: { mode: 'wrap' } },
    ],
    [
      'Clip',
      [4],
      1,
      { opset: 6, attributes: { min: -1.5, max: 2.5 }, floats: ['min', 'max'] },
      { opset: 18, known: [[-1.5], [2.5]], knownType: 'float32', scalars: true },
    ],
    [
      'Clip',
      [4],
      1,
      { opset: 10, attributes: { max: 0 }, floats: ['max'] },
      { opset: 18, known: [undefined, [0]], knownType: 'float32', scalars: true },
    ],
    ['Dropout', [4], 1, { opset: 7, attributes: { ratio: 0.3 }, floats: ['ratio'] }, { opset: 18 }],
    ['TopK', [5], 2, { opset: 9, attributes: { k: 2 } }, { opset: 18, known: [[2]] }],
    ['Softmax', [2, 3, 2], 1, { opset: 11, attributes: { axis: 2 } }, { opset: 18, attributes: { axis: 2 } }],
    [
      'Resize',
      [1, 1, 2, 3],
      1,
      { opset: 10, known: [[1, 1, 2, 2]], knownType: 'float32' },
      {
        opset: 18,
        known: [undefined, [1, 1, 2, 2]],
        knownType: 'float32',
        attributes: { coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
      },
    ],
    [
      'Resize',
      [1, 1, 2, 3],
      1,
      {
        opset: 9,
        operator: 'Upsample',
        attributes: { mode: 'linear' },
        known: [[1, 1, 2, 2]],
        knownType: 'float32',
      },
      {
        opset: 18,
        known: [undefined, [1, 1, 2, 2]],
        knownType: 'float32',
        attributes: { mode: 'linear', coordinate_transformation_mode: 'asymmetric' },
      },
    ],
    [
      'Resize',
      [1, 1, 2, 3],
      1,
      { opset: 7, operator: 'Upsample', attributes: { scales: [1, 1, 2, 2] }, floats: ['scales'] },
      {
        opset: 18,
        known: [undefined, [1, 1, 2, 2]],
        knownType: 'float32',
        attributes: { coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
      },
    ],
  ])('%s of %j (%#)', (operator, shape, outputs, old, current) => {
    expect(outputsOf(operator, shape, outputs, old)).toEqual(outputsOf(operator, shape, outputs, current));
  });

  test('before set 13, Softmax normalizes over all axes from the given one on', () => {
    const [{ data }] = outputsOf('Softmax', [2, 1, 2, 2], 1, { opset: 11 }) as [Numbers];
    const sumOf = (entries: Float64Array): number => entries.reduce((sum, entry) => sum + entry, 0);
    expect(sumOf(data.subarray(0, 4))).toBeCloseTo(1, 12);
    expect(sumOf(data.subarray(4))).toBeCloseTo(1, 12);
    const [logarithms] = outputsOf('LogSoftmax', [2, 1, 2, 2], 1, { opset: 12, attributes: { axis: 1 } });
    logarithms!.data.forEach((entry, place) => expect(Math.exp(entry)).toBeCloseTo(data[place]!, 12));
    expect(logarithms!.shape).toEqual([2, 1, 2, 2]);
  });

  test('in set 6, a slope belongs to its channel even where it would broadcast along the width', () => {
    const [y] = outputsOf('PRelu', [1, 2, 1, 2], 1, {
      opset: 6,
      known: [[0.5, 0.25]],
      knownType: 'float32',
    });
    expect([...y!.data]).toEqual([1, -1, 3, -1]);
  });

  test('the nearest entry by the half-pixel rule that TensorFlow once used', () => {
    const [y] = outputsOf('Resize', [1, 1, 4, 1], 1, {
      opset: 11,
      known: [[], [1, 1, 0.5, 1]],
      knownType: 'float32',
      attributes: { coordinate_transformation_mode: 'tf_half_pixel_for_nn', nearest_mode: 'floor' },
    });
    expect([...y!.data]).toEqual([-2, -4]);
  });

  test.each([
    // ONNX Runtime 1.30 gives these for a region from (0, 0) to (2, 2) of the squares 0, 1, 4, …, 64.
    [10, 16],
    [15, 16],
    [16, 6.5],
  ])('in set %i, RoiAlign takes a sample at the middle of this region as %d', (opset, expected) => {
    const graph = new GraphBuilder();
    const squares = Float64Array.from({ length: 9 }, (_, place) => place * place);
    const inputs = [
      graph.constant(squares, [1, 1, 3, 3]),
      graph.constant([0, 0, 2, 2], [1, 4]),
      graph.integers([0]),
    ];
    const node = { operator: 'RoiAlign', name: 'align', inputs, outputCount: 1 };
    const lifted = liftNode(graph, { ...node, attributes: { sampling_ratio: 1 } }, opset);
    const y = graph.only(lifted.operator, lifted.inputs, lifted.attributes);
    expect([...interpret([y], new Map())[0]!.data]).toEqual([expected]);
  });

  test('a state of training that older sets could hold is refused', () => {
    expect(() => outputsOf('Dropout', [2], 1, { opset: 6 })).toThrow(
      "Dropout 'y_0': attribute 'is_test' is 0, expected 1",
    );
    expect(outputsOf('Dropout', [2], 1, { opset: 6, attributes: { is_test: 1 } })[0]!.data).toEqual(
      Float64Array.of(1, -2),
    );
  });

  test('an operator is refused in the sets that do not have it', () => {
    expect(() => outputsOf('Upsample', [1, 1, 2, 2], 1, { opset: 10, known: [[1, 1, 2, 2]] })).toThrow(
      /^Upsample 'y_0': this operator is not supported/,
    );
  });
});
