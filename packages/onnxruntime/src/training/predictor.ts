import {
  buildEvaluationGraph,
  decodeModel,
  initialVectors,
  type ModelProto,
  type OutputOptions,
  type TrainedOutput,
} from '@lovasz/onnx';
import { sizeOf } from '@lovasz/onnx/parts';
import { startWorker, type WorkerThread } from '../worker/worker-thread.js';
import { CallQueue } from './call-queue.js';
import { inputFeeds, type InputData } from './input-feeds.js';

export interface PredictorOptions extends OutputOptions {
  /** Shapes of the inputs, batch included. Needed where the model leaves dimensions open. */
  readonly inputShapes?: Readonly<Record<string, readonly number[]>>;
  /** Threads of ONNX Runtime. Default: its own choice, one per core. */
  readonly threads?: number;
}

/**
 * Tells the class of every pixel by a network as its file holds it: what {@link Trainer.predict} does, without
 * training, so that operators need no gradient.
 *
 * Calls that overlap run in the order in which they were made, and those before {@link close} are completed.
 *
 * @example
 * const predictor = await Predictor.create(await readModel('trained.onnx'), { inputShapes: { image: [1, 3, 180, 240] } });
 * const classes = await predictor.predict({ image });
 * await predictor.close();
 */
export class Predictor implements AsyncDisposable {
  private readonly calls = new CallQueue('the predictor');

  private constructor(
    private readonly inputShapes: Readonly<Record<string, readonly number[]>>,
    /** The shape of the predictions. */
    readonly labelShape: readonly number[],
    /** How many classes the network tells apart: 2 where it puts out one score per pixel. */
    readonly classCount: number,
    /** The output that is predicted, and how it is read. */
    readonly output: TrainedOutput,
    private readonly worker: WorkerThread,
  ) {}

  /** @throws OnnxError when the model cannot be read, or it is not clear which axis of its output holds the classes. */
  static async create(model: Uint8Array | ModelProto, options: PredictorOptions = {}): Promise<Predictor> {
    const decoded = model instanceof Uint8Array ? decodeModel(model) : model;
    const graph = buildEvaluationGraph(decoded, options);
    const worker = startWorker();
    try {
      await worker.ask(
        {
          kind: 'open',
          evaluation: graph.bytes,
          vectors: initialVectors(decoded, graph.layout),
          randomInputs: [],
          seed: 0,
          threads: options.threads ?? 0,
        },
        'done',
      );
    } catch (error) {
      await worker.terminate();
      throw error;
    }
    return new Predictor(graph.inputShapes, graph.predictionShape, graph.classCount, graph.output, worker);
  }

  /**
   * @returns class ids in the shape of the predictions.
   * @throws RangeError for inputs that do not fit; Error after {@link close}.
   */
  async predict(inputs: Readonly<Record<string, InputData>>): Promise<Int32Array> {
    this.calls.refuseAfterClose('predict');
    const feeds = inputFeeds(inputs, this.inputShapes);
    return this.calls.add('predict', async () => {
      const arrays = feeds.map(({ data }) => data);
      const { predictions } = await this.worker.ask({ kind: 'predict', feeds }, 'predictions', arrays);
      return predictions.subarray(0, sizeOf(this.labelShape));
    });
  }

  /** Ends the thread after the calls before. The predictor cannot be used any more; a second call does nothing. */
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
}
