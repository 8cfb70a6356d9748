import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { decodeModel, initialVectors, OnnxError, type TrainingGraph } from '@lovasz/onnx';
import { describeDataTypeNumber } from '@lovasz/onnx/support';
import { createOptimizer, readModelFile } from '@lovasz/runs/command';
import { completeCompileSettings, type CompileOptions } from './compile-settings.js';
import { renderGuide } from './guide.js';
import { encodeManifest, manifestFile, stateFile, type Manifest, type Port } from './manifest.js';
import { refuseForeignFolder, sha256, writeOutputFolder } from './output-folder.js';
import { encodeState } from './state-file.js';
import { trainingGraphOf } from './training-graph-of.js';

/**
 * Writes training graphs of a model into a folder, with the state to start from, a manifest and a guide: everything
 * that it takes to train with ONNX Runtime alone.
 *
 * @param file the ONNX file.
 * @param given what is left out has its default, as on the command line.
 * @param directory new, empty, or as an earlier call has left it.
 * @returns the manifest.
 * @throws UsageError for a folder or a pattern that is refused; OnnxError that names the file when it cannot be
 *   differentiated. Nothing is written then.
 */
export async function compileModel(
  file: string,
  given: CompileOptions,
  directory: string,
): Promise<Manifest> {
  const options = completeCompileSettings(given);
  await refuseForeignFolder(directory);
  const model = await readModelFile(file, 'MODEL.onnx');
  const graph = namingFile(file, () => trainingGraphOf(model, options));
  const graphs = {
    'step.onnx': graph.step,
    'forward.onnx': graph.forward,
    'backward.onnx': graph.backward,
    'optimizer.onnx': graph.optimizer,
    'evaluate.onnx': graph.evaluate,
  };
  const ports = Object.fromEntries(Object.entries(graphs).map(([name, bytes]) => [name, portsOf(bytes)]));
  const step = new Map(ports['step.onnx']!.inputs.map((port) => [port.name, port]));
  const { name, settings, scalarFormulas } = createOptimizer(options);
  const manifest: Manifest = {
    model: { file: basename(file), sha256: sha256(await readFile(file)) },
    settings: {
      loss: options.loss,
      ignoreIndex: options.ignoreIndex,
      output: options.output,
      layout: options.layout,
      logitThreshold: options.logitThreshold,
      optimizer: { name, settings },
      learningRate: options.learningRate,
      batchNormalization: options.batchNormalization,
      trainable: options.trainable,
      frozen: options.frozen,
      tie: options.tie,
      untie: options.untie,
      method: options.method,
      profile: options.profile,
      recompute: options.recompute,
    },
    inputs: Object.keys(graph.inputShapes).map((input) => step.get(input)!),
    labels: step.get('labels')!,
    classes: graph.classCount,
    logits: ports['forward.onnx']!.outputs.find((port) => port.name === 'logits')!,
    output: graph.output,
    randomInputs: graph.randomInputs.map((input) => step.get(input.name)!),
    scalars: scalarFormulas,
    state: stateVectors(graph.state),
    layout: {
      parameters: graph.parameters,
      statistics: graph.statistics,
      ties: graph.ties,
      separated: graph.separated,
    },
    graphs: ports,
    warnings: graph.warnings,
    untrained: graph.untrained,
    sha256: {},
  };
  const files: Readonly<Record<string, string | Uint8Array>> = {
    ...graphs,
    [stateFile]: encodeState(manifest.state, initialVectors(model, graph)),
    'README.md': renderGuide(manifest),
  };
  const digests = Object.entries(files).map(([each, contents]) => [each, sha256(contents)]);
  const complete = { ...manifest, sha256: Object.fromEntries(digests) as Manifest['sha256'] };
  await writeOutputFolder(directory, { ...files, [manifestFile]: encodeManifest(complete) });
  return complete;
}

/** Lays the vectors of the state out one after the other. */
function stateVectors(state: TrainingGraph['state']): Manifest['state'] {
  let end = 0;
  return state.map(({ name, length }) => {
    const offset = end;
    end += length;
    return { name, offset, length };
  });
}

function namingFile<Result>(file: string, act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    throw OnnxError.isOnnxError(error) ? OnnxError.at(error, { file }) : error;
  }
}

/** The inputs and outputs of a written graph. */
function portsOf(bytes: Uint8Array): { inputs: readonly Port[]; outputs: readonly Port[] } {
  const { input, output } = decodeModel(bytes).graph!;
  const ports = (infos: typeof input): Port[] =>
    infos.map(({ name, type }) => {
      const tensor = type!.value;
      if (tensor.case !== 'tensorType') throw new OnnxError(`'${name}' is no tensor`);
      return {
        name,
        type: describeDataTypeNumber(tensor.value.elemType),
        shape: tensor.value.shape!.dim.map(({ value }) => Number(value.value)),
      };
    });
  return { inputs: ports(input), outputs: ports(output) };
}
