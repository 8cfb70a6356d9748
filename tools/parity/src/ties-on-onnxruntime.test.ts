import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { type Attributes, encodeModel, GraphBuilder, interpret, modelBytes, type Value } from '@lovasz/onnx';
import { differentiateOutputs, sizeOf } from '@lovasz/onnx/parts';
import type { Feed } from './run-once.js';

/** The built program in a process of its own: ONNX Runtime does not know the typed arrays of jest's realm. */
function run(bytes: Uint8Array, feeds: readonly Feed[]): ReadonlyMap<string, readonly number[]> {
  const program = `
    import { text } from 'node:stream/consumers';
    import { runOnce } from ${JSON.stringify(new URL('../dist/run-once.js', import.meta.url).href)};
    const { model, feeds } = JSON.parse(await text(process.stdin));
    const outputs = await runOnce(Buffer.from(model, 'base64'), feeds);
    console.log(JSON.stringify(Array.from(outputs, ([name, data]) => [name, [...data]])));`;
  const input = JSON.stringify({ model: Buffer.from(bytes).toString('base64'), feeds });
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', program], { input });
  return new Map(JSON.parse(output.toString()) as [string, number[]][]);
}

/** Operands at ties and kinks; the rules are in `docs/operators.md`, and hold for the interpreter by tests of its own. */
const cases: readonly (readonly [
  operator: string,
  operands: readonly (readonly number[])[],
  attributes?: Attributes,
  shape?: readonly number[],
])[] = [
  ['Relu', [[-1, 0, 2]]],
  ['LeakyRelu', [[-1, 0, 2]], { alpha: 0.5 }],
  [
    'PRelu',
    [
      [0, -1],
      [0.25, 0.25],
    ],
  ],
  ['Elu', [[0, -1]], { alpha: 0.5 }],
  ['Selu', [[0]]],
  ['Celu', [[0]], { alpha: 0.5 }],
  ['Abs', [[-1, 0, 2]]],
  ['HardSigmoid', [[-1, 1]], { alpha: 0.5, beta: 0.5 }],
  ['HardSwish', [[-3, 3]]],
  ['ThresholdedRelu', [[1, 1.5]]],
  ['Shrink', [[-0.5, 0.5, 0.6]]],
  ['Max', [[2], [2], [2]]],
  ['Min', [[2], [2], [2]]],
  ['ReduceMax', [[3, 3, 1]]],
  ['ReduceMin', [[1, 3, 1, 1]]],
  ['ReduceL1', [[0, -2]]],
  ['ReduceL2', [[0, 0]]],
  ['ReduceProd', [[2, 0, 3]]],
  ['GlobalMaxPool', [[3, 3, 1, 3]], {}, [1, 1, 2, 2]],
  ['MaxPool', [[3, 3, 1, 3]], { kernel_shape: [2, 2] }, [1, 1, 2, 2]],
  ['MaxPool', [[-1, -1, -1]], { kernel_shape: [2], pads: [1, 1] }, [1, 1, 3]],
  ['MaxPool', [[5, 5, 5, 5, 5, 5]], { kernel_shape: [2, 2], strides: [1, 1] }, [1, 1, 2, 3]],
  ['LpPool', [[0, 0, 0, 5]], { kernel_shape: [1, 2], strides: [1, 2] }, [1, 1, 1, 4]],
  ['LpNormalization', [[0, 0]]],
  [
    'Pow',
    [
      [0, 0, 0],
      [1, 2, 3],
    ],
  ],
  ['Mod', [[6], [3]], { fmod: 1 }],
  ['TopK', [[5, 7, 5, 5]]],
  ['MaxRoiPool', [[5, 5, 5, 5, 1, 7, 1, 7, 1]], { pooled_shape: [2, 2] }, [1, 1, 3, 3]],
  ['RoiAlign', [[4, 4, 9, 1, 4, 9, 9, 9, 9]], { mode: 'max', sampling_ratio: 1 }, [1, 1, 3, 3]],
];

/** What an operator reads besides, of which no gradient is asked. */
function constantsOf(graph: GraphBuilder, operator: string): readonly Value[] {
  switch (operator) {
    case 'TopK':
      return [graph.integers([2])];
    case 'MaxRoiPool':
      return [graph.constant([0, 0, 0, 2, 2], [1, 5])];
    case 'RoiAlign':
      return [graph.constant([0, 0, 2, 2], [1, 4]), graph.integers([0])];
    default:
      return [];
  }
}

/** A graph of the gradients of all cases, what is fed to it, and what the interpreter makes of it. */
function gradientsOfCases() {
  const graph = new GraphBuilder();
  const data = new Map<Value, Float64Array>();
  const outputs = cases.flatMap(([operator, operands, attributes = {}, shape], index) => {
    const variables = operands.map((numbers, place) => {
      const value = graph.input(`x${index}/${place}`, 'float32', shape ?? [numbers.length]);
      data.set(value, Float64Array.from(numbers));
      return value;
    });
    const output = graph.only(operator, [...variables, ...constantsOf(graph, operator)], attributes);
    const cotangent = graph.input(`cotangent${index}`, 'float32', output.shape);
    data.set(
      cotangent,
      Float64Array.from({ length: sizeOf(output.shape) }, (_, place) => 1 + place),
    );
    return differentiateOutputs(graph, [{ output, cotangent }], variables).map((value, place) => ({
      name: `${operator} ${index}, gradient to operand ${place}`,
      value,
    }));
  });
  const numbers = new Map(
    [...data].map(([value, entries]) => [value, { shape: value.shape, data: entries }]),
  );
  const expected = interpret(
    outputs.map(({ value }) => value),
    numbers,
  );
  return {
    bytes: modelBytes(encodeModel({ name: 'ties', inputs: graph.inputs, outputs })),
    feeds: [...data].map(([value, entries]) => ({
      name: value.name!,
      dataType: 'float32',
      shape: value.shape,
      data: [...entries],
    })),
    expected: new Map(outputs.map(({ name }, place) => [name, [...expected[place]!.data]])),
  };
}

test('ties and kinks have on ONNX Runtime the gradients of the interpreter', () => {
  const { bytes, feeds, expected } = gradientsOfCases();
  const found = run(bytes, feeds);
  const rounded = (entries: readonly number[]) => entries.map((entry) => Number(entry.toFixed(5)) + 0);
  for (const [name, entries] of expected) {
    expect([name, rounded(found.get(name)!)]).toEqual([name, rounded(entries)]);
  }
});
