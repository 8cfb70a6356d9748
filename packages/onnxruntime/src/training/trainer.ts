import {
  buildEvaluationGraph,
  buildTrainingGraph,
  decodeModel,
  initialVectors,
  modelBytes,
  trainedModel,
  type BatchNormalizationMode,
  type JaccardMethod,
  type Loss,
  type ModelProto,
  type Optimizer,
  type OutputOptions,
  type ParameterSelection,
  type Recompute,
  type TrainedOutput,
  type TrainingGraph,
  type UntrainedParameter,
} from '@lovasz/onnx';
import { sizeOf } from '@lovasz/onnx/parts';
import { CheckpointError, type Checkpoint } from '../checkpoint/checkpoint.js';
import { tensorsOf, vectorOf } from '../checkpoint/state-vectors.js';
import { startWorker, type WorkerThread } from '../worker/worker-thread.js';
import { CallQueue } from './call-queue.js';
import { emitWarning } from './emit-warning.js';
import { inputFeeds, type InputData, type OwnFeed } from './input-feeds.js';
import { labelIds, type Labels } from './label-ids.js';
import { NonFiniteLossError } from './non-finite-loss-error.js';

export interface TrainerOptions extends OutputOptions {
  /** A loss of `@lovasz/core`, applied to the logits of the trained output, `[batch, classes, …]`, and the labels. */
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  /** Shapes of the inputs in training, batch included. Needed where the model leaves dimensions open. */
  readonly inputShapes?: Readonly<Record<string, readonly number[]>>;
  /** Shapes of the inputs in `predict`. Default: those of training. */
  readonly predictionShapes?: Readonly<Record<string, readonly number[]>>;
  /** Shape of the labels. Default: that of the logits without their classes. */
  readonly labelShape?: readonly number[];
  /** Default `train`; `frozen` keeps the running statistics, for batches too small to estimate them from. */
  readonly batchNormalization?: BatchNormalizationMode;
  /**
   * What is trained, in place of the rule of `docs/reading-models.md`: names, or a test of each tensor that can be
   * trained, which is told what the rule says of it.
   */
  readonly trainable?: ParameterSelection;
  /** Which of those stay as they are. Default: none. */
  readonly frozen?: ParameterSelection;
  /**
   * Labels that are accepted besides the classes and those that the loss itself compares labels with, such as the
   * `ignoreIndex` of a loss of `@lovasz/core`. For a loss that tells ignored pixels by other means. Default: none.
   */
  readonly ignoreIndex?: number | readonly number[];
  /** Tensors that are kept one: `NAME`, `NAME=OTHER` or `equal`. Default: none. */
  readonly tie?: readonly string[];
  /** Initializers of several uses of which each becomes a tensor of its own. Default: those that only start alike. */
  readonly untie?: readonly string[];
  /** How the Lovász weights are computed. Default `auto`. */
  readonly method?: JaccardMethod;
  /** Less memory for more time: activations are computed a second time in the backward pass. Default: they are kept. */
  readonly recompute?: Recompute;
  /** From which all randomness (dropout) follows. Default 0. */
  readonly seed?: number;
  /** Threads of ONNX Runtime. Default: its own choice, one per core. */
  readonly threads?: number;
  /**
   * Is told each of {@link Trainer.warnings} before training can start. Default: `process.emitWarning`, under the name
   * `LovaszWarning`, which prints to standard error.
   */
  readonly onWarning?: (message: string) => void;
}

/** What one step trains on. */
export interface TrainingBatch {
  /** Every input of the network by name, in row-major order. */
  readonly inputs: Readonly<Record<string, InputData>>;
  /** Class ids, or the `ignoreIndex` of the loss: an array of any integer type, or of numbers. */
  readonly labels: Labels;
}

/**
 * Trains an ONNX network on stock ONNX Runtime, in a thread of its own.
 *
 * Forward pass, loss, backward pass and update are one graph of standard operators; weights are its inputs and are
 * double-buffered, so a step that fails leaves them as they were.
 *
 * Calls that overlap run one after the other, in the order in which they were made; one that fails does not stop those
 * after it. Arrays are copied when a call is made: they may be used again at once.
 *
 * @example
 * const trainer = await Trainer.create(await readModel('network.onnx'), {
 *   loss: (backend, logits, labels) => lovaszSoftmax(backend, logits, labels, { ignoreIndex: 255 }),
 *   optimizer: sgd({ momentum: 0.9 }),
 *   inputShapes: { image: [8, 3, 64, 64] },
 * });
 * const { loss } = await trainer.train({ inputs: { image }, labels }, 0.01);
 * await writeModel('trained.onnx', await trainer.trainedModel());
 * await trainer.close();
 */
export class Trainer implements AsyncDisposable {
  private readonly calls = new CallQueue('the trainer');
  private steps = 0;

  private constructor(
    private readonly model: ModelProto,
    private readonly graph: TrainingGraph,
    private readonly predictionShapes: Readonly<Record<string, readonly number[]>>,
    private readonly predictionSize: number,
    private readonly optimizer: Optimizer,
    private readonly seed: number,
    private readonly ignored: readonly number[],
    private readonly worker: WorkerThread,
  ) {}

  /**
   * Compiles the training graphs and starts the thread.
   *
   * @param model the bytes of an ONNX file, or a decoded model.
   * @throws OnnxError when the model cannot be read or differentiated, or it is not clear which axis of its output holds
   *   the classes; RangeError for an option outside of its range, or a loss over classes for one score per pixel.
   */
  static async create(model: Uint8Array | ModelProto, options: TrainerOptions): Promise<Trainer> {
    const { seed = 0, threads = 0, onWarning = emitWarning } = options;
    for (const [name, value] of Object.entries({ seed, threads })) {
      if (!Number.isSafeInteger(value) || value < 0) {
        throw new RangeError(`${name} is ${value}, expected a non-negative integer`);
      }
    }
    const decoded = model instanceof Uint8Array ? decodeModel(model) : model;
    const graph = buildTrainingGraph(decoded, options);
    const ignored = ignoredLabels(graph, options.ignoreIndex);
    const predictionShapes = options.predictionShapes ?? graph.inputShapes;
    const evaluation = buildEvaluationGraph(decoded, {
      ...options,
      layout: graph,
      inputShapes: predictionShapes,
    });
    for (const warning of graph.warnings) onWarning(warning);
    const worker = startWorker();
    try {
      const vectors = initialVectors(decoded, graph);
      for (const { name, length } of graph.state) vectors[name] ??= new Float32Array(length);
      await worker.ask(
        {
          kind: 'open',
          step: graph.step,
          evaluation: evaluation.bytes,
          vectors,
          randomInputs: graph.randomInputs,
          seed,
          threads,
        },
        'done',
      );
    } catch (error) {
      await worker.terminate();
      throw error;
    }
    return new Trainer(
      decoded,
      graph,
      predictionShapes,
      sizeOf(evaluation.predictionShape),
      options.optimizer,
      seed,
      ignored,
      worker,
    );
  }

  /** Steps done. */
  get step(): number {
    return this.steps;
  }

  /** How many numbers are trained. */
  get parameterCount(): number {
    return this.graph.parameters.reduce((sum, { size }) => sum + size, 0);
  }

  /**
   * What the exporter did, or the model is, that is harmless for inference and not for training, and what is not
   * trained, one sentence each.
   */
  get warnings(): readonly string[] {
    return this.graph.warnings;
  }

  /** What could be trained and is not, each parameter with the reason: no step changes it. */
  get untrained(): readonly UntrainedParameter[] {
    return this.graph.untrained;
  }

  /** The shape of the labels of a batch. */
  get labelShape(): readonly number[] {
    return this.graph.labelShape;
  }

  /** How many classes the network tells apart: 2 where it puts out one score per pixel. */
  get classCount(): number {
    return this.graph.classCount;
  }

  /** The output that is trained, and how it is read. */
  get output(): TrainedOutput {
    return this.graph.output;
  }

  /**
   * One step of training.
   *
   * @throws RangeError for inputs or labels of the wrong length, and for labels that are neither a class nor ignored, with
   *   each value and how many pixels have it; {@link NonFiniteLossError} when the loss is NaN or infinite. In all cases
   *   the weights stay as they were.
   */
  async train(
    batch: TrainingBatch,
    learningRate: number,
  ): Promise<{ readonly loss: number; readonly step: number }> {
    this.calls.refuseAfterClose('train');
    if (!(learningRate >= 0 && Number.isFinite(learningRate))) {
      throw new RangeError(`learningRate is ${learningRate}, expected a finite number of at least 0`);
    }
    const { inputShapes, labelShape } = this.graph;
    const labels = labelIds(batch.labels, {
      shape: labelShape,
      classCount: labelledClasses(this.graph),
      ignored: this.ignored,
    });
    const feeds: OwnFeed[] = [
      ...inputFeeds(batch.inputs, inputShapes),
      { name: 'labels', type: 'int32', shape: labelShape, data: labels },
    ];
    return this.calls.add('train', async () => {
      const step = this.steps + 1;
      const scalars = this.optimizer.scalarsAt(step, learningRate);
      const arrays = feeds.map(({ data }) => data);
      const { loss } = await this.worker.ask({ kind: 'step', feeds, scalars, step }, 'loss', arrays);
      if (!Number.isFinite(loss)) throw new NonFiniteLossError(step, loss);
      this.steps = step;
      return { loss, step };
    });
  }

  /**
   * The class of every pixel, by the running statistics and without dropout: that of the largest logit; of one score per
   * pixel, 1 where it is above `logitThreshold`.
   *
   * @returns class ids in the shape of the labels, for a batch of the prediction shapes.
   */
  async predict(inputs: Readonly<Record<string, InputData>>): Promise<Int32Array> {
    this.calls.refuseAfterClose('predict');
    const feeds = inputFeeds(inputs, this.predictionShapes);
    return this.calls.add('predict', async () => {
      const arrays = feeds.map(({ data }) => data);
      const { predictions } = await this.worker.ask({ kind: 'predict', feeds }, 'predictions', arrays);
      return predictions.subarray(0, this.predictionSize);
    });
  }

  /** The state as a checkpoint. */
  checkpoint(extra: Readonly<Record<string, unknown>> = {}): Promise<Checkpoint> {
    return this.calls.add('checkpoint', async () => {
      const vectors = await this.readVectors();
      const { name, settings, moments } = this.optimizer;
      return {
        step: this.steps,
        seed: this.seed,
        optimizer: { name, settings },
        weights: tensorsOf(vectors['parameters']!, this.graph.parameters),
        statistics: tensorsOf(vectors['statistics'] ?? new Float32Array(0), this.graph.statistics),
        moments: new Map(
          moments.map((moment) => [moment, tensorsOf(vectors[moment]!, this.graph.parameters)]),
        ),
        extra,
      };
    });
  }

  /**
   * Takes weights and statistics from a checkpoint, and starts the optimizer and the step count anew.
   *
   * @throws CheckpointError when it is of another model; nothing is changed then.
   */
  async initialize(checkpoint: Checkpoint): Promise<void> {
    this.calls.refuseAfterClose('initialize');
    const vectors = this.networkVectors(checkpoint);
    for (const moment of this.optimizer.moments)
      vectors[moment] = new Float32Array(vectors['parameters']!.length);
    await this.calls.add('initialize', () => this.writeVectors(vectors, 0));
  }

  /**
   * Goes on where a checkpoint was taken, bit for bit.
   *
   * @throws CheckpointError when it is of another model, another optimizer or another seed; nothing is changed then.
   */
  async resume(checkpoint: Checkpoint): Promise<void> {
    this.calls.refuseAfterClose('resume');
    const { name, settings, moments } = this.optimizer;
    const own = JSON.stringify({ name, settings });
    const given = JSON.stringify({
      name: checkpoint.optimizer.name,
      settings: checkpoint.optimizer.settings,
    });
    if (own !== given)
      throw new CheckpointError(`the checkpoint's optimizer is ${given}, the trainer's is ${own}`);
    if (checkpoint.seed !== this.seed) {
      throw new CheckpointError(`the checkpoint's seed is ${checkpoint.seed}, the trainer's is ${this.seed}`);
    }
    const vectors = this.networkVectors(checkpoint);
    for (const moment of moments) {
      vectors[moment] = vectorOf(checkpoint.moments.get(moment) ?? new Map(), this.graph.parameters, moment);
    }
    const { step } = checkpoint;
    await this.calls.add('resume', () => this.writeVectors(vectors, step));
  }

  /**
   * The model with its trained weights and statistics, of the same operators and names, as `writeModel` takes it. It is
   * a model for inference: batch normalization and dropout that were exported in training mode are put out of it. What
   * was not trained is shared with the model that was given.
   */
  async trainedModel(): Promise<ModelProto> {
    return this.writtenModel('trainedModel');
  }

  /** The bytes of {@link trainedModel} in one file: a plain inference model. */
  async exportModel(): Promise<Uint8Array> {
    return modelBytes(await this.writtenModel('exportModel'));
  }

  /** Ends the thread after the calls before. The trainer cannot be used any more; a second call does nothing. */
  close(): Promise<void> {
    return this.calls.close(async () => {
      await this.worker.ask({ kind: 'close' }, 'done').catch(() => undefined);
      await this.worker.terminate();
    });
  }

  /** {@link close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private async writtenModel(call: string): Promise<ModelProto> {
    const vectors = await this.calls.add(call, () => this.readVectors());
    const tensors = [
      ...tensorsOf(vectors['parameters']!, this.graph.parameters),
      ...tensorsOf(vectors['statistics'] ?? new Float32Array(0), this.graph.statistics),
    ];
    return trainedModel(this.model, new Map(tensors.map(([name, { data }]) => [name, data])), this.graph);
  }

  private async readVectors(): Promise<Readonly<Record<string, Float32Array>>> {
    return (await this.worker.ask({ kind: 'read' }, 'vectors')).vectors;
  }

  private async writeVectors(vectors: Readonly<Record<string, Float32Array>>, step: number): Promise<void> {
    await this.worker.ask({ kind: 'write', vectors }, 'done');
    this.steps = step;
  }

  private networkVectors(checkpoint: Checkpoint): Record<string, Float32Array> {
    const vectors: Record<string, Float32Array> = {
      parameters: vectorOf(checkpoint.weights, this.graph.parameters, 'weights'),
    };
    const statistics = vectorOf(checkpoint.statistics, this.graph.statistics, 'statistics');
    if (statistics.length > 0) vectors['statistics'] = statistics;
    return vectors;
  }
}

/** How many classes labels may name: 0 and 1 where each score has a label of its own. */
function labelledClasses({ labelShape, logitsShape, classCount }: TrainingGraph): number {
  return sizeOf(labelShape) === sizeOf(logitsShape) ? 2 : classCount;
}

/** The labels that are accepted besides the classes. */
function ignoredLabels(
  graph: TrainingGraph,
  ignoreIndex: number | readonly number[] = [],
): readonly number[] {
  const given = typeof ignoreIndex === 'number' ? [ignoreIndex] : ignoreIndex;
  for (const label of given) {
    if ((label | 0) !== label) throw new RangeError(`ignoreIndex is ${label}, expected a 32-bit integer`);
  }
  const classes = labelledClasses(graph);
  return [...new Set([...graph.comparedLabels, ...given])].filter((label) => label < 0 || label >= classes);
}
