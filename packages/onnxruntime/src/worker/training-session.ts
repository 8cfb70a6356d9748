import { InferenceSession, Tensor } from '../runtime/runtime.js';
import type { Feed, Opening } from './messages.js';
import { fillUniform } from './random-numbers.js';

const nextPrefix = 'next_';

/**
 * A network's graphs and its state on stock ONNX Runtime.
 *
 * Every vector of the state exists twice: a step reads the one and writes the other, and they change places only when
 * its loss is finite. (One buffer as both input and output would let a later operator read what an earlier one has
 * already overwritten.)
 */
export class TrainingSession {
  private current: Record<string, Tensor>;
  private next: Record<string, Tensor>;
  private readonly random: readonly { readonly name: string; readonly tensor: Tensor }[];

  private constructor(
    private readonly stepSession: InferenceSession | undefined,
    private readonly evaluationSession: InferenceSession,
    private readonly opening: Opening,
  ) {
    const vectors = Object.entries(opening.vectors);
    this.current = Object.fromEntries(vectors.map(([name, data]) => [name, vector(data)]));
    this.next = Object.fromEntries(
      vectors.map(([name, data]) => [name, vector(new Float32Array(data.length))]),
    );
    this.random = opening.randomInputs.map(({ name, shape }) => {
      const size = shape.reduce((product, length) => product * length, 1);
      return { name, tensor: new Tensor('float32', new Float32Array(size), shape) };
    });
  }

  static async open(opening: Opening): Promise<TrainingSession> {
    const options: InferenceSession.SessionOptions = {
      logSeverityLevel: 3,
      // A pattern lays out a second time, in one block, what the first run has allocated and keeps.
      enableMemPattern: false,
      ...(opening.threads > 0 ? { intraOpNumThreads: opening.threads } : {}),
    };
    const step =
      opening.step === undefined ? undefined : await InferenceSession.create(opening.step, options);
    return new TrainingSession(step, await InferenceSession.create(opening.evaluation, options), opening);
  }

  /** Runs one step and returns its loss. When that is not finite, the state stays as it was. */
  async step(
    feeds: readonly Feed[],
    scalars: Readonly<Record<string, number>>,
    step: number,
  ): Promise<number> {
    if (this.stepSession === undefined) throw new Error('this session was opened for prediction only');
    this.random.forEach(({ tensor }, stream) =>
      fillUniform(tensor.data as Float32Array, this.opening.seed, step, stream),
    );
    const inputs: Record<string, Tensor> = { ...this.current, ...tensorsOf(feeds) };
    for (const [name, value] of Object.entries(scalars)) inputs[name] = new Tensor('float32', [value], []);
    for (const { name, tensor } of this.random) inputs[name] = tensor;
    const loss = new Tensor('float32', new Float32Array(1), []);
    const outputs: Record<string, Tensor> = { loss };
    for (const [name, tensor] of Object.entries(this.next)) outputs[nextPrefix + name] = tensor;
    // Results are written into the tensors that are passed in; the copies that come back are not needed.
    await this.stepSession.run(inputs, outputs);
    const value = (loss.data as Float32Array)[0]!;
    if (Number.isFinite(value)) [this.current, this.next] = [this.next, this.current];
    return value;
  }

  /** The class of every pixel. */
  async predict(feeds: readonly Feed[]): Promise<Int32Array> {
    const names = new Set(this.evaluationSession.inputNames);
    const state = Object.entries(this.current).filter(([name]) => names.has(name));
    const { predictions } = await this.evaluationSession.run(
      { ...Object.fromEntries(state), ...tensorsOf(feeds) },
      ['predictions'],
    );
    return predictions!.data as Int32Array;
  }

  /** Copies of the state's vectors. */
  read(): Record<string, Float32Array> {
    return Object.fromEntries(
      Object.entries(this.current).map(([name, tensor]) => [name, (tensor.data as Float32Array).slice()]),
    );
  }

  /** Replaces vectors of the state. */
  write(vectors: Readonly<Record<string, Float32Array>>): void {
    for (const [name, data] of Object.entries(vectors)) (this.current[name]!.data as Float32Array).set(data);
  }

  async close(): Promise<void> {
    await this.stepSession?.release();
    await this.evaluationSession.release();
  }
}

function vector(data: Float32Array): Tensor {
  return new Tensor('float32', data, [data.length]);
}

function tensorsOf(feeds: readonly Feed[]): Record<string, Tensor> {
  return Object.fromEntries(
    feeds.map(({ name, type, data, shape }) => [name, new Tensor(type, data as Float32Array, shape)]),
  );
}
