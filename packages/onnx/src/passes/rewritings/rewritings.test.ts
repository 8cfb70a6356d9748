import { liveNodes, readValues } from '../../graph/live-nodes.js';
import { describe, expect, test } from '@jest/globals';
import { GraphBuilder } from '../../graph-builder.js';
import { differentiate } from '../../differentiation/differentiate.js';
import { interpret } from '../../graph/interpret.js';
import type { DataType } from '../../graph/data-type.js';
import type { Value } from '../../graph/value.js';
import { missingKernel } from '../../providers/missing-kernel.js';
import { profileNames, profiles, type ProfileName } from '../profiles.js';
import { rewriteGraph } from '../rewrite-graph.js';
import { sizeOf } from '../../graph/tensor.js';

/** Writes a value from inputs of the given types. */
interface Case {
  readonly inputs: readonly (readonly [DataType, readonly number[]])[];
  readonly write: (graph: GraphBuilder, ...inputs: Value[]) => Value;
}

const real = (...shapes: readonly (readonly number[])[]): Case['inputs'] =>
  shapes.map((shape) => ['float32', shape] as const);
const nodes: Readonly<Record<string, Case>> = {
  'Softmax of an inner axis': {
    inputs: real([2, 3, 4]),
    write: (graph, x) => graph.only('Softmax', [x], { axis: 1 }),
  },
  'LogSoftmax of the last axis': {
    inputs: real([2, 3]),
    write: (graph, x) => graph.only('LogSoftmax', [x], { axis: -1 }),
  },
  'BatchNormalization in training': {
    inputs: real([2, 3, 2, 2], [3], [3], [3], [3]),
    write: (graph, ...inputs) => {
      const [y, mean, variance] = graph.apply('BatchNormalization', inputs, { training_mode: 1 });
      return graph.add(graph.multiply(y!, y!), graph.reshape(graph.add(mean!, variance!), [1, 3, 1, 1]));
    },
  },
  'MaxPool side by side': {
    inputs: real([2, 2, 4, 6]),
    write: (graph, x) => graph.only('MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] }),
  },
  'MaxPool that overlaps, with pads, dilation and ceil_mode': {
    inputs: real([1, 2, 7, 6]),
    write: (graph, x) =>
      graph.only('MaxPool', [x], {
        kernel_shape: [3, 2],
        strides: [2, 2],
        pads: [1, 1, 1, 0],
        dilations: [1, 2],
        ceil_mode: 1,
      }),
  },
  'MaxPool of equal entries': {
    inputs: real([1, 1, 4, 4]),
    write: (graph, x) => graph.only('MaxPool', [graph.relu(x)], { kernel_shape: [3, 3] }),
  },
  'ArgMax, from the front': {
    inputs: real([2, 5, 3]),
    write: (graph, x) => graph.cast(graph.only('ArgMax', [graph.relu(x)], { axis: 1 }), 'float32'),
  },
  'ArgMin, from the back': {
    inputs: real([2, 5, 3]),
    write: (graph, x) =>
      graph.cast(
        graph.only('ArgMin', [graph.relu(x)], { axis: -2, select_last_index: 1, keepdims: 0 }),
        'float32',
      ),
  },
  'Conv whose filters do not divide': {
    inputs: real([2, 4, 4, 4], [10, 2, 3, 3], [10]),
    write: (graph, x, weight, bias) => graph.conv(x, weight, bias, { group: 2, pads: [1, 1, 1, 1] }),
  },
  'Conv of six channels': {
    inputs: real([1, 6, 4, 4], [4, 6, 3, 3]),
    write: (graph, x, weight) => graph.conv(x, weight, undefined, { strides: [2, 2], pads: [1, 1, 1, 1] }),
  },
  'ConvTranspose of groups of one filter': {
    inputs: real([1, 4, 3, 3], [4, 1, 2, 2], [2]),
    write: (graph, x, weight, bias) => graph.convTranspose(x, weight, bias, { group: 2, strides: [2, 2] }),
  },
  'Conv in three dimensions with groups': {
    inputs: real([1, 16, 3, 3, 3], [16, 2, 2, 2, 2], [16]),
    write: (graph, x, weight, bias) => graph.conv(x, weight, bias, { group: 8 }),
  },
  'ConvTranspose in three dimensions': {
    inputs: real([1, 4, 2, 3, 2], [4, 1, 3, 2, 3]),
    write: (graph, x, weight) =>
      graph.convTranspose(x, weight, undefined, {
        group: 2,
        strides: [2, 1, 3],
        dilations: [1, 2, 1],
        pads: [1, 0, 0, 1, 1, 0],
        output_padding: [1, 0, 2],
      }),
  },
  'Pow that broadcasts': {
    inputs: real([2, 3], [3, 1, 1]),
    write: (graph, base, exponent) => graph.power(graph.add(graph.abs(base), 1), exponent),
  },
  'Resize with antialias': {
    inputs: real([1, 1, 6, 7]),
    write: (graph, x) =>
      graph.only('Resize', [x, undefined, undefined, graph.integers([1, 1, 3, 4])], {
        mode: 'cubic',
        antialias: 1,
      }),
  },
  'Split into many parts': {
    inputs: real([9, 2]),
    write: (graph, x) => graph.concat([...graph.split(x, new Array<number>(9).fill(1), 0)].reverse(), 0),
  },
  'Sign, Or, Xor and Where of bool': {
    inputs: real([2, 3], [3]),
    write: (graph, a, b) => {
      const [positive, small] = [graph.greater(a, 0), graph.less(b, 0.5)];
      const either = graph.only('Or', [positive, small]);
      const one = graph.only('Xor', [positive, small]);
      const chosen = graph.only('Where', [positive, graph.reshape(small, [1, 3]), one]);
      const mask = graph.cast(graph.only('And', [either, chosen]), 'float32');
      return graph.multiply(graph.only('Sign', [a]), graph.add(graph.multiply(mask, a), b));
    },
  },
  'arithmetic of int64': {
    inputs: [...real([4, 3]), ['int32', [4]]],
    write: (graph, x, labels) => {
      const wide = graph.cast(labels, 'int64');
      const modulo = graph.only('Mod', [graph.add(wide, -5), graph.constant(3, [], 'int64')]);
      const cut = graph.slice(modulo, { starts: [-1], ends: [-6], axes: [0], steps: [-1] });
      const chosen = graph.where(graph.less(cut, 2), cut, graph.constant(0, [], 'int64'));
      const rows = graph.only('GatherND', [graph.transpose(x, [1, 0]), graph.reshape(chosen, [4, 1])]);
      return graph.add(rows, graph.only('GatherElements', [x, graph.reshape(cut, [4, 1])], { axis: 1 }));
    },
  },
  'a large tensor of one value': {
    inputs: real([1]),
    write: (graph, x) => graph.add(graph.fill(2, [1 << 17]), x),
  },
};

const waves = (type: DataType, shape: readonly number[], start: number) => ({
  shape,
  data: Float64Array.from({ length: sizeOf(shape) }, (_, place) =>
    type === 'int32' ? (place * 5 + start) % 7 : Math.sin(place * 1.7 + start),
  ),
});

/** The value and the gradients of Σ value·wave, written for a profile. */
function written({ inputs, write }: Case, profile: ProfileName) {
  const graph = new GraphBuilder();
  const values = inputs.map(([type, shape], place) => graph.input(`x${place}`, type, shape));
  const value = write(graph, ...values);
  const wave = graph.constantTensor({
    dataType: 'float32',
    shape: value.shape,
    data: Float32Array.from(waves('float32', value.shape, 1).data),
  });
  const axes = value.shape.map((_, axis) => axis);
  const loss = graph.sum(graph.multiply(value, wave), axes, false);
  const gradients = differentiate(
    graph,
    loss,
    values.filter(({ dataType }) => dataType === 'float32'),
  );
  return rewriteGraph(values, [value, ...gradients], profiles[profile].rewritings);
}

const compute = ({ inputs: types }: Case, { inputs, outputs }: ReturnType<typeof written>) =>
  interpret(
    outputs,
    new Map(inputs.map((input, place) => [input, waves(types[place]![0], types[place]![1], place)])),
  );

describe.each(profileNames)('written for %s', (profile) => {
  test.each(Object.entries(nodes))('%s: the same values and gradients', (_, each) => {
    const expected = compute(each, written(each, 'generic'));
    const found = compute(each, written(each, profile));
    expected.forEach(({ data, shape }, output) => {
      expect(found[output]!.shape).toEqual(shape);
      const scale = data.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0.05);
      const error = data.reduce(
        (most, entry, place) => Math.max(most, Math.abs(entry - found[output]!.data[place]!)),
        0,
      );
      // Matrices of Resize are float32 constants.
      expect(error / scale).toBeLessThan(1e-6);
    });
  });

  test.each(Object.entries(nodes))('%s: every node has a kernel', (_, each) => {
    const { outputs } = written(each, profile);
    const live = liveNodes(outputs);
    const read = readValues(live, outputs);
    const isRead = (node: (typeof live)[number]) => (position: number) => read.has(node.outputs[position]!);
    expect(
      live.flatMap((node) => missingKernel(node, profiles[profile].providers[0]!, isRead(node)) ?? []),
    ).toEqual([]);
  });
});

test('without the rewritings, kernels are missing: the tables and limits say so', () => {
  const missing = Object.entries(nodes).filter(([, each]) => {
    const { outputs } = written(each, 'generic');
    const live = liveNodes(outputs);
    const read = readValues(live, outputs);
    return live.some((node) =>
      missingKernel(node, 'webgpu', (position) => read.has(node.outputs[position]!)),
    );
  });
  expect(missing.map(([name]) => name)).toEqual(
    Object.keys(nodes).filter((name) => name !== 'Softmax of an inner axis'),
  );
});

test('NaN and entries in the padding do not address what is outside of the tensor', () => {
  const graph = new GraphBuilder();
  const x = graph.input('x', 'float32', [1, 1, 2, 2]);
  const [, places] = graph.apply('MaxPool', [x], { kernel_shape: [2, 2], pads: [1, 1, 1, 1] });
  const { inputs, outputs } = rewriteGraph([x], [places!], profiles.webgpu.rewritings);
  const data = new Float64Array(4).fill(NaN);
  const [found] = interpret(outputs, new Map([[inputs[0]!, { shape: x.shape, data }]]));
  expect([...found!.data]).toEqual([0, 0, 1, 0, 0, 1, 2, 2, 3]);
  expect(outputs[0]!.dataType).toBe('int64');
});
