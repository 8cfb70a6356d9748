import { stat } from 'node:fs/promises';
import {
  buildEvaluationGraph,
  inspectGraph,
  inspectModel,
  OnnxError,
  type DeclaredValue,
  type GraphInspection,
  type MemoryPlan,
  type ModelInspection,
  type ModelProto,
  type TrainedOutput,
  type TrainingGraph,
} from '@lovasz/onnx';
import type { LossName } from '@lovasz/runs';
import { LossRefusedError, namingOutputOptions, outputOptionsOf, readModelFile } from '@lovasz/runs/command';
import {
  completeCompileSettings,
  type CompileOptions,
  type CompileSettings,
} from '../compilation/compile-settings.js';
import type { InputShapes } from '../compilation/input-shape.js';
import { trainingGraphOf } from '../compilation/training-graph-of.js';

/** What a step of training takes. */
export interface TrainingInspection {
  readonly loss: readonly LossName[];
  readonly optimizer: string;
  readonly inputShapes: Readonly<Record<string, readonly number[]>>;
  readonly labelShape: readonly number[];
  readonly logitsShape: readonly number[];
  /** How many numbers are trained. */
  readonly trained: number;
  /** What could be trained and is not, each parameter with the reason. */
  readonly untrained: TrainingGraph['untrained'];
  /** Weights, statistics and moments, in bytes. A run reads one copy and writes another. */
  readonly stateBytes: number;
  readonly inference: GraphInspection;
  readonly step: GraphInspection;
  /** What ONNX Runtime's CPU provider is predicted to need for a step, in bytes, and the operator that runs at its peak. */
  readonly memory: Omit<MemoryPlan, 'peakNode'> & { readonly peakOperator: string | undefined };
}

/** All that `lovasz inspect` finds out about a file. */
export interface FileInspection extends ModelInspection {
  readonly file: string;
  readonly bytes: number;
  /** What a step takes, or why there is none. */
  readonly training: TrainingInspection | { readonly error: string };
  /** The output that a training is of, and how it is read; or why that cannot be said. */
  readonly output: TrainedOutput | { readonly error: string };
}

/**
 * Describes an ONNX file, and a step of training it by the options.
 *
 * @throws UsageError when there is no such file or an option names what the model does not have; OnnxError when it holds
 *   no ONNX model. A model that cannot be trained is described all the same.
 */
export async function inspectFile(file: string, given: CompileOptions): Promise<FileInspection> {
  const model = await readModelFile(file, 'MODEL.onnx');
  const found = inspectModel(model);
  const inputShapes = { ...batchesOfOne(found.inputs), ...given.inputShapes };
  const options = completeCompileSettings({ ...given, inputShapes });
  const { training, warnings, output } = inspectTraining(model, options);
  return {
    file,
    bytes: (await stat(file)).size,
    ...found,
    warnings: [...openInputs(found.inputs, given.inputShapes ?? {}), ...(warnings ?? found.warnings)],
    training,
    output: output ?? inspectOutput(model, options),
  };
}

const isLength = (length: number | string): length is number => typeof length === 'number';

/** The shapes of one image for inputs of which the batch alone is open. */
function batchesOfOne(inputs: readonly DeclaredValue[]): InputShapes {
  return Object.fromEntries(
    inputs.flatMap(({ name, shape: [batch, ...rest] = [] }) =>
      typeof batch === 'string' && rest.every(isLength) ? [[name, [1, ...rest]]] : [],
    ),
  );
}

/** The inputs whose shape the file leaves open and no option gives. */
function openInputs(inputs: readonly DeclaredValue[], given: InputShapes): string[] {
  return inputs.flatMap(({ name, shape }) => {
    if (Object.hasOwn(given, name) || shape?.every(isLength)) return [];
    const lengths = shape?.map((length) => (isLength(length) ? length : 'N')).join('x') ?? 'NxN';
    const open = shape?.slice(1).every(isLength)
      ? 'leaves the batch open (described here: 1)'
      : 'has open dimensions';
    return [
      `input '${name}' ${open}, and training graphs have a fixed shape: give --input-shape ${name}=${lengths}`,
    ];
  });
}

/** Where the model can be trained, also what to know of this training. */
function inspectTraining(
  model: ModelProto,
  options: CompileSettings,
): {
  readonly training: FileInspection['training'];
  readonly warnings?: readonly string[];
  readonly output?: TrainedOutput;
} {
  try {
    const graph = trainingGraphOf(model, options);
    const { inputShapes, labelShape, logitsShape } = graph;
    const { peakNode, ...memory } = graph.memory;
    const training = {
      loss: options.loss,
      optimizer: options.optimizer,
      inputShapes,
      labelShape,
      logitsShape,
      trained: graph.parameters.reduce((sum, { size }) => sum + size, 0),
      untrained: graph.untrained,
      stateBytes: 4 * graph.state.reduce((sum, { length }) => sum + length, 0),
      inference: inspectGraph(graph.evaluate),
      step: inspectGraph(graph.step),
      memory: { ...memory, peakOperator: peakNode?.operator.name },
    };
    return { training, warnings: graph.warnings, output: graph.output };
  } catch (error) {
    // The loss or an option does not go with the network.
    const isMismatch = error instanceof RangeError || error instanceof LossRefusedError;
    if (!(OnnxError.isOnnxError(error) || isMismatch)) throw error;
    return { training: { error: error.message } };
  }
}

/** How the output is read where there is no training of it. */
function inspectOutput(model: ModelProto, options: CompileSettings): FileInspection['output'] {
  try {
    const { inputShapes } = options;
    return buildEvaluationGraph(model, { inputShapes, ...outputOptionsOf(options) }).output;
  } catch (error) {
    const named = namingOutputOptions(error);
    if (!OnnxError.isOnnxError(named)) throw named;
    return { error: named.message };
  }
}
