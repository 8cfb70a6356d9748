import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  buildEvaluationGraph,
  initialVectors,
  inspectModel,
  modelBytes,
  trainedModel,
  type ModelProto,
  type NetworkLayout,
} from '@lovasz/onnx';
import { flatLength, sizeOf } from '@lovasz/onnx/parts';
import { readModel } from '@lovasz/onnxruntime';
import type { InputShapes } from 'lovasz';
import { largestDifference } from '../largest-difference.js';
import type { Outcome } from '../report.js';
import { runOnce, type Feed } from '../run-once.js';

const tolerance = 1e-5;

/**
 * Changes the weights and statistics of models as a training does, writes them as trained models, and compares their
 * first output on ONNX Runtime with the logits of `evaluate.onnx`, relative to the largest: for one image and for two
 * where the model leaves the batch open, else for the batch that it has.
 *
 * @param paths ONNX files, and folders of such.
 * @param given shapes of inputs; an open dimension that is not given is 32 long.
 */
export async function* compareTrained(
  paths: readonly string[],
  given: InputShapes = {},
): AsyncGenerator<Outcome> {
  for (const file of await filesIn(paths)) {
    const name = basename(file, '.onnx');
    let model: ModelProto;
    let shapes: readonly InputShapes[];
    try {
      model = await readModel(file);
      shapes = shapesOf(model, given);
    } catch (error) {
      yield { name, tolerance, reason: (error as Error).message };
      continue;
    }
    for (const inputShapes of shapes) {
      const first = Object.values(inputShapes)[0] ?? [];
      const each = `${name}/${first.join('x')}`;
      try {
        yield { name: each, tolerance, largestError: await compare(model, inputShapes) };
      } catch (error) {
        yield { name: each, tolerance, reason: (error as Error).message };
      }
    }
  }
}

async function filesIn(paths: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(
    paths.map(async (path) => {
      if (!(await stat(path)).isDirectory()) return [path];
      const names = await readdir(path);
      return names
        .filter((name) => name.endsWith('.onnx'))
        .sort()
        .map((name) => join(path, name));
    }),
  );
  return found.flat();
}

function shapesOf(model: ModelProto, given: InputShapes): readonly InputShapes[] {
  const { inputs } = inspectModel(model);
  const isOpen = inputs.some(({ shape }) => typeof shape?.[0] === 'string');
  return (isOpen ? [1, 2] : [1]).map((batch) =>
    Object.fromEntries(
      inputs.map(({ name, shape = [] }) => [
        name,
        given[name] ??
          shape.map((length, axis) => (typeof length === 'number' ? length : axis === 0 ? batch : 32)),
      ]),
    ),
  );
}

async function compare(model: ModelProto, inputShapes: InputShapes): Promise<number> {
  const { bytes, layout, logitsShape } = buildEvaluationGraph(model, { inputShapes });
  const vectors = initialVectors(model, layout);
  // Variances stay positive.
  for (const vector of Object.values(vectors)) {
    vector.forEach((value, place) => {
      vector[place] = value * (1 + 0.2 * Math.sin(place)) + 0.01 * (1 + Math.cos(3 * place));
    });
  }
  const types = new Map(inspectModel(model).inputs.map(({ name, type }) => [name, type]));
  const inputs = Object.entries(inputShapes).map(([name, shape]): Feed => {
    const dataType = types.get(name)!;
    const isFloat = dataType.startsWith('float');
    const data = Array.from({ length: sizeOf(shape) }, (_, place) =>
      isFloat ? Math.sin(1.7 * place) : place % 2,
    );
    return { name, dataType, shape, data };
  });
  const trained = trainedModel(model, weightsOf(vectors, layout), layout);
  // As the file holds them: those of half precision are rounded.
  const written = initialVectors(trained, layout);
  const state = Object.entries(written).map(([name, data]): Feed => ({
    name,
    dataType: 'float32',
    shape: [flatLength(layout[name as 'parameters' | 'statistics'])],
    data,
  }));
  const expected = (await runOnce(bytes, [...inputs, ...state])).get('logits')!;
  const output = trained.graph!.output[0]!.name;
  const actual = (await runOnce(modelBytes(trained), inputs)).get(output)!;
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (actual.length !== sizeOf(logitsShape)) throw new RangeError(`${actual.length} logits`);
  return largestDifference(actual, expected) / largest;
}

function weightsOf(
  vectors: Readonly<Record<string, Float32Array>>,
  layout: NetworkLayout,
): ReadonlyMap<string, Float32Array> {
  return new Map(
    (['parameters', 'statistics'] as const).flatMap((vector) =>
      layout[vector].map(
        ({ name, offset, size }) => [name, vectors[vector]!.slice(offset, offset + size)] as const,
      ),
    ),
  );
}
