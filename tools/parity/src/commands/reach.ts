import { crossEntropy } from '@lovasz/core';
import {
  decodeModel,
  importModel,
  initialVectors,
  inspectModel,
  interpret,
  type FlatEntry,
  type ModelProto,
  type Numbers,
  type Value,
} from '@lovasz/onnx';
import { buildGradientGraph, sizeOf } from '@lovasz/onnx/parts';
import { readModel } from '@lovasz/onnxruntime';
import type { Outcome } from '../report.js';

/** How far a derivative may be from the difference, relative to the length of the parameter's gradient. */
const tolerance = 1e-4;

/** A gradient shorter than this, relative to the longest of the network, is held to be 0: differences have no digits for it. */
const floor = 1e-6;

/** Tried one after the other until one agrees: a long step may cross a kink, a short one loses digits. */
const steps = [1e-4, 1e-5, 1e-6, 1e-7, 1e-8];

/**
 * Compares, for every trained parameter of a network, the derivative of cross-entropy along a random direction with a
 * central difference, in float64. What is not trained is told, with the reason.
 *
 * @param files ONNX files.
 * @param inputShapes of those inputs that a file leaves open.
 * @param write takes a line for each parameter that is not trained.
 */
export async function* checkReach(
  files: readonly string[],
  inputShapes: Readonly<Record<string, readonly number[]>>,
  write: (line: string) => void,
): AsyncGenerator<Outcome> {
  for (const file of files) {
    try {
      yield* checkModel(file, await readModel(file), inputShapes, write);
    } catch (error) {
      yield { name: file, tolerance, reason: (error as Error).message };
    }
  }
}

function* checkModel(
  file: string,
  model: ModelProto,
  inputShapes: Readonly<Record<string, readonly number[]>>,
  write: (line: string) => void,
): Generator<Outcome> {
  const open = inspectModel(model).inputs.filter(
    ({ shape }) => shape?.every((length) => typeof length === 'number') !== true,
  );
  const known = new Set(open.map(({ name }) => name));
  const { bytes, layout } = buildGradientGraph(model, {
    loss: (backend, logits, labels) => crossEntropy(backend, logits, labels),
    inputShapes: Object.fromEntries(Object.entries(inputShapes).filter(([name]) => known.has(name))),
  });
  for (const { name, reason } of layout.untrained) write(`not trained ${file} ${name}: ${reason}`);
  const { inputs, outputs } = importModel(decodeModel(bytes));
  const output = new Map(outputs.map(({ name, value }) => [name, value]));
  const feeds = feedsOf(inputs, initialVectors(model, layout));
  const vector = inputs.find(({ name }) => name === 'parameters')!;
  const start = feeds.get(vector)!.data;
  const loss = (data: Float64Array): number =>
    interpret([output.get('loss')!], new Map([...feeds, [vector, { shape: vector.shape, data }]]))[0]!
      .data[0]!;
  const gradients = interpret(
    layout.parameters.map(({ name }) => output.get(`gradient/${name}`)!),
    feeds,
  );
  const largest = Math.max(...gradients.map(({ data }) => norm(data)));
  for (const [place, entry] of layout.parameters.entries()) {
    const { data: gradient } = gradients[place]!;
    const direction = directionOf(entry, place);
    const derivative = gradient.reduce((sum, each, index) => sum + each * direction[index]!, 0);
    const length = Math.max(norm(gradient), floor * largest);
    const errors: number[] = [];
    for (const step of steps) {
      const at = (distance: number): number => {
        const moved = start.slice();
        direction.forEach((each, index) => (moved[entry.offset + index]! += distance * each));
        return loss(moved);
      };
      errors.push(Math.abs((at(step) - at(-step)) / (2 * step) - derivative) / length);
      if (errors.at(-1)! <= tolerance) break;
    }
    yield { name: `${file} ${entry.name}`, tolerance, largestError: Math.min(...errors) };
  }
}

function norm(vector: Float64Array): number {
  return Math.sqrt(vector.reduce((sum, entry) => sum + entry * entry, 0));
}

/** A direction of length 1 that is the same on every call. */
function directionOf({ size }: FlatEntry, seed: number): Float64Array {
  const random = generator(seed);
  const direction = Float64Array.from({ length: size }, () => random() - 0.5);
  const length = norm(direction);
  return direction.map((entry) => entry / length);
}

/** The state as the file has it; random images, labels of class 0 and 1, random numbers. */
function feedsOf(
  inputs: readonly Value[],
  vectors: Readonly<Record<string, Float32Array>>,
): Map<Value, Numbers> {
  const random = generator(inputs.length);
  return new Map(
    inputs.map((input) => {
      const { name, dataType, shape } = input;
      const stored = Object.hasOwn(vectors, name!) ? vectors[name!] : undefined;
      const draw = (): number =>
        name === 'labels' || !dataType.startsWith('float')
          ? Math.floor(2 * random())
          : name!.startsWith('random_')
            ? random()
            : 2 * random() - 1;
      const data = stored === undefined ? Array.from({ length: sizeOf(shape) }, draw) : stored;
      return [input, { shape, data: Float64Array.from(data) }];
    }),
  );
}

/** Uniform in [0, 1), the same on every run. */
function generator(seed: number): () => number {
  let state = seed + 1;
  for (let warmUp = 0; warmUp < 3; warmUp++) state = (state * 48271) % 2147483647;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}
