import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import type { ModelProto } from 'onnx-buf';
import { GraphBuilder } from '../graph-builder.js';
import { decodeModel } from '../model/decode-model.js';
import { encodeModel } from '../model/encode-model.js';
import { networkLayout } from '../training/network.js';
import { findParameters } from './find-parameters.js';

const fixture = async (name: string): Promise<ModelProto> =>
  decodeModel(await readFile(new URL(`../../fixtures/${name}.onnx`, import.meta.url)));

/** What is trained of a network, and why the rest is not. */
async function ruled(name: string) {
  const { parameters, untrained } = findParameters(await fixture(name));
  return {
    trained: parameters.map((tensor) => tensor.name),
    reasons: Object.fromEntries(untrained.map((each) => [each.name, each.reason])),
  };
}

describe('of a network with tokens, exported by PyTorch', () => {
  test('TorchScript: tokens, embeddings, scales and temperatures are trained; tables of waves and masks are not', async () => {
    const { trained, reasons } = await ruled('tokens-torchscript');
    expect(trained).toEqual(
      expect.arrayContaining([
        'cls_token',
        'pos_embed',
        'temperature',
        'logit_scale',
        'g1',
        'g2',
        'n.weight',
      ]),
    );
    expect(Object.keys(reasons).sort()).toEqual(['/Constant_19_output_0', 'onnx::Cos_184', 'pe']);
    expect(reasons['pe']).toContain('position tables');
    expect(reasons['/Constant_19_output_0']).toContain('masks');
  });

  test('dynamo: its graph signature tells buffers from parameters', async () => {
    const { trained, reasons } = await ruled('tokens-dynamo');
    expect(trained).toEqual(expect.arrayContaining(['pos_embed', 'g1', 'exp', 'n.weight', 'q.bias']));
    expect(Object.keys(reasons).sort()).toEqual(['cat_1', 'expand', 'pe', 'triu']);
    expect(reasons['pe']).toBe('is a buffer of the PyTorch module');
    // The class token, which the exporter has expanded to the batch.
    expect(reasons['expand']).toContain('repeats');
  });
});

test.each(['default', 'optimize-false', 'torchscript'])(
  'a single number that is an entry of the PyTorch module is trained, whatever it is called: %s',
  async (exporter) => expect((await ruled(`exports/lost-${exporter}`)).trained).toContain('gate'),
);

test('a mask of −100 and 0 is not trained by default, and by name is', async () => {
  const { trained, reasons } = await ruled('window-mask');
  expect(trained).not.toContain('unsqueeze');
  expect(reasons).toEqual({ unsqueeze: 'holds -100 and 0 only, as masks do' });
  const { parameters } = networkLayout(await fixture('window-mask'), {
    trainable: (name, byDefault) => byDefault || name === 'unsqueeze',
  });
  expect(parameters.map(({ name }) => name).sort()).toEqual([...trained, 'unsqueeze'].sort());
});

test('the mean and standard deviation of images are not trained', async () => {
  const { trained, reasons } = await ruled('image-statistics');
  expect(Object.keys(reasons)).toEqual(['mean', 'std']);
  expect(trained).toContain('gamma');
});

test('a quantized weight is named, with what to do; it cannot be asked for', async () => {
  const { trained, reasons } = await ruled('quantized-weight');
  expect(trained).toEqual(['conv1.bias', 'head.weight', 'head.bias']);
  expect(reasons['wq']).toBe(
    'holds int8 for DequantizeLinear, which cannot be trained: export the network before it is quantized',
  );
  expect(reasons['ws']).toBe('is the step of a quantization');
  const model = await fixture('quantized-weight');
  expect(() => networkLayout(model, { trainable: ['wq'] })).toThrow(
    "trainable names 'wq', which cannot be trained: it holds int8",
  );
  expect(networkLayout(model, { trainable: ['ws'] }).parameters).toMatchObject([{ name: 'ws' }]);
});

describe('by its entries, a tensor that is added', () => {
  const shape = [6, 8];
  const at = (entry: (row: number, column: number) => number): readonly number[] =>
    Array.from({ length: 48 }, (_, place) => entry(Math.floor(place / 8), place % 8));
  const random = at((row, column) => Math.sin(12.9898 * (8 * row + column) ** 2));

  /** A linear layer to whose result the tensor is added. */
  function reasonFor(name: string, entries: readonly number[]): string | undefined {
    const graph = new GraphBuilder();
    const x = graph.input('x', 'float32', [6, 8]);
    const tensor = (label: string, data: readonly number[], dims: readonly number[]) =>
      graph.constantTensor({ dataType: 'float32', shape: dims, data: Float32Array.from(data) }, label);
    const weight = tensor('weight', random.slice(0, 48).concat(random.slice(0, 16)), [8, 8]);
    const value = graph.add(graph.relu(graph.matmul(x, weight)), tensor(name, entries, shape));
    const model = encodeModel({ name: 'g', inputs: [x], outputs: [{ name: 'y', value }] });
    const { untrained } = findParameters(model);
    return untrained.find((each) => each.name === name)?.reason;
  }

  test.each([
    ['random', 'table', random],
    ['all zero under a name of its own', 'offsets', random.map(() => 0)],
    ['one random row for all', 'rows', at((_, column) => random[8 + column]!)],
  ])('is trained when it is %s', (_, name, entries) => {
    expect(reasonFor(name, entries)).toBeUndefined();
  });

  test.each([
    ['zeros and ones', at((row, column) => Number(row > column)), 'holds 0 and 1 only'],
    ['with −∞', at((row, column) => (row > column ? -Infinity : 0.5)), 'entries of −10⁴ or less'],
    ['of indices', at((row, column) => row - column), 'holds whole numbers only'],
    [
      'of waves',
      at((row, column) => (column % 2 ? Math.cos : Math.sin)(row / 10 ** (column >> 1))),
      'holds waves or steps',
    ],
    ['of coordinates', at((row, column) => (row + 0.5) / 6 + column * 0), 'holds waves or steps'],
  ])('is not trained when it is a table %s', (_, entries, reason) => {
    expect(reasonFor('table', entries)).toContain(reason);
  });
});
