import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { crossEntropy } from '@lovasz/core';
import {
  buildTrainingGraph,
  decodeModel,
  encodeModel,
  GraphBuilder,
  inspectGraph,
  inspectModel,
  modelBytes,
  sgd,
} from '@lovasz/onnx';

/** What a process of its own found: `node compile-work.js file FILE | chain NODES`. */
export interface CompileWork {
  /** From bytes to an inspection and the bytes of the training step; for a file, reading it included. */
  readonly seconds: number;
  /** The same in processor time of all threads. */
  readonly processorSeconds: number;
  readonly modelBytes: number;
  /** How much the largest resident size of the process grew meanwhile. */
  readonly memoryBytes: number;
}

/** A model of that many nodes in a row: pointwise convolutions, each with a weight to train, and Relu in turns. */
export function chain(nodes: number): Uint8Array {
  const graph = new GraphBuilder();
  const image = graph.input('image', 'float32', [1, 2, 4, 4]);
  let x = image;
  for (let place = 0; place < nodes; place++) {
    const data = Float32Array.of(1, place, 0, 1);
    x =
      place % 2 === 0
        ? graph.conv(
            x,
            graph.constantTensor({ dataType: 'float32', shape: [2, 2, 1, 1], data }, `weight ${place}`),
          )
        : graph.relu(x);
  }
  return modelBytes(encodeModel({ name: 'chain', inputs: [image], outputs: [{ name: 'logits', value: x }] }));
}

function measure(read: () => Uint8Array): CompileWork {
  const kilobytes = process.resourceUsage().maxRSS;
  const used = process.cpuUsage();
  const start = performance.now();
  const bytes = read();
  const model = decodeModel(bytes);
  inspectModel(model);
  const graph = buildTrainingGraph(model, {
    loss: (backend, logits, labels) => crossEntropy(backend, logits, labels, { ignoreIndex: 255 }),
    optimizer: sgd({ momentum: 0.9 }),
  });
  const { step } = graph;
  // What the command `lovasz inspect` tells of the step; of a chain, the differentiation alone is of interest.
  if (process.argv[2] === 'file') for (const each of [graph.evaluate, step]) inspectGraph(each);
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(used);
  return {
    seconds,
    processorSeconds: (user + system) / 1e6,
    modelBytes: bytes.length,
    memoryBytes: 1024 * (process.resourceUsage().maxRSS - kilobytes),
  };
}

const [, , kind, subject] = process.argv;
if (kind === 'file') {
  console.log(JSON.stringify(measure(() => readFileSync(subject!))));
} else if (kind === 'chain') {
  const bytes = chain(Number(subject));
  console.log(JSON.stringify(measure(() => bytes)));
}
