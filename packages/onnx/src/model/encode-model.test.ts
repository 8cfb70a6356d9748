import { describe, expect, test } from '@jest/globals';
import { GraphBuilder } from '../graph-builder.js';
import { interpret } from '../graph/interpret.js';
import type { Value } from '../graph/value.js';
import { decodeModel } from './decode-model.js';
import { encodeModel, modelBytes } from './encode-model.js';
import { importModel } from './import-model.js';

describe('encodeModel', () => {
  test('writes the nodes that an output needs, and every input', () => {
    const graph = new GraphBuilder();
    const [x, unused] = [graph.input('x', 'float32', [2]), graph.input('unused', 'float32', [1])];
    const y = graph.exp(x);
    graph.log(y);
    const model = encodeModel({ name: 'live', inputs: [x, unused], outputs: [{ name: 'y', value: y }] });
    expect(model.graph!.node.map((node) => node.opType)).toEqual(['Exp']);
    expect(model.graph!.input.map((input) => input.name)).toEqual(['x', 'unused']);
  });

  test('outputs that are an input, a constant or a second name of another get an Identity', () => {
    const graph = new GraphBuilder();
    const x = graph.input('x', 'float32', [2]);
    const y = graph.negate(x);
    const model = encodeModel({
      name: 'bridges',
      inputs: [x],
      outputs: [
        { name: 'same', value: x },
        { name: 'fixed', value: graph.constant([7]) },
        { name: 'first', value: y },
        { name: 'second', value: y },
      ],
    });
    const read = importModel(decodeModel(modelBytes(model)));
    const data = Float64Array.of(1, -2);
    const found = interpret(
      read.outputs.map(({ value }) => value),
      new Map([[read.inputs[0]!, { shape: [2], data }]]),
    );
    expect(read.outputs.map(({ name }) => name)).toEqual(['same', 'fixed', 'first', 'second']);
    expect(found.map((each) => [...each.data])).toEqual([[1, -2], [7], [-1, 2], [-1, 2]]);
  });

  test('nodes of one name get names of their own', () => {
    const graph = new GraphBuilder();
    const x = graph.input('x', 'float32', [2]);
    const named = (operator: string, input: Value, name: string): Value =>
      graph.apply(operator, [input], {}, { name })[0]!;
    const y = named('Neg', named('Exp', named('Neg', named('Abs', x, 'f_1'), 'f'), 'f'), 'f');
    const model = encodeModel({ name: 'names', inputs: [x], outputs: [{ name: 'y', value: y }] });
    expect(model.graph!.node.map(({ name }) => name)).toEqual(['f_1', 'f', 'f_1_1', 'f_2']);
  });

  test('a value of another graph is refused by name', () => {
    const graph = new GraphBuilder();
    const x = graph.input('x', 'float32', [2]);
    expect(() =>
      encodeModel({ name: 'open', inputs: [], outputs: [{ name: 'y', value: graph.exp(x) }] }),
    ).toThrow("reads 'x', which is not among the inputs of graph 'open'");
  });
});
