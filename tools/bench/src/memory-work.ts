import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { InferenceSession, type Tensor } from 'onnxruntime-node';
import { runtimeTensor, type PlainTensor } from './plain-tensor.js';

/** The first message to the process `node --expose-gc memory-work.js`: a step, and how it is run. */
export interface Opening {
  readonly step: Uint8Array;
  readonly feeds: Readonly<Record<string, PlainTensor>>;
  readonly results: Readonly<Record<string, PlainTensor>>;
  readonly options: InferenceSession.SessionOptions;
}

/** What it answers to every further message: one run of the step. */
export interface Run {
  readonly seconds: number;
  /** By how much the resident memory of the process exceeded, at most, what was resident before the run. */
  readonly grownBytes: number;
}

/** Of this process: `VmRSS` is resident now, `VmHWM` the most that ever was. */
function resident(which: 'VmRSS' | 'VmHWM'): number {
  const [, kibibytes] = new RegExp(`^${which}:\\s+(\\d+) kB`, 'm').exec(
    readFileSync('/proc/self/status', 'utf8'),
  )!;
  return 1024 * Number(kibibytes);
}

const tensors = (plain: Readonly<Record<string, PlainTensor>>): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(plain).map(([name, tensor]) => [name, runtimeTensor(tensor)]));

/** Never given back: the engine frees buffers when it likes, in the middle of a run too. */
const fillings: Buffer[] = [];

async function open({ step, feeds, results, options }: Opening): Promise<() => Promise<Run>> {
  const session = await InferenceSession.create(step, { logSeverityLevel: 3, ...options });
  const [inputs, outputs] = [tensors(feeds), tensors(results)];
  return async () => {
    globalThis.gc!();
    // The most that ever was cannot be forgotten. Memory is filled up to it, so that a run's comes on top.
    fillings.push(Buffer.alloc(Math.max(resident('VmHWM') - resident('VmRSS'), 0), 1));
    const before = resident('VmHWM');
    const start = performance.now();
    await session.run(inputs, outputs);
    const seconds = (performance.now() - start) / 1000;
    return { seconds, grownBytes: resident('VmHWM') - before };
  };
}

process.once('message', (opening: Opening) => {
  void open(opening).then((run) => {
    process.on('message', () => void run().then((result) => process.send!(result)));
    process.send!('open');
  });
});
