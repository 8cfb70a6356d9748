import { readFileSync, writeFileSync } from 'node:fs';
import { InferenceSession, type Tensor } from '@lovasz/onnxruntime/runtime';
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
  /** Of the processor, by all threads. */
  readonly processorSeconds: number;
  /** By how much the resident memory of the process exceeded, at most, what was resident before the run. */
  readonly grownBytes: number;
}

/** The most that was ever resident of this process, or since it was forgotten. */
function mostResident(): number {
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))!;
  return 1024 * Number(kibibytes);
}

/** From now on, the most is what is resident now (man proc_pid_clear_refs). */
function forgetMostResident(): void {
  writeFileSync('/proc/self/clear_refs', '5');
}

const tensors = (plain: Readonly<Record<string, PlainTensor>>): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(plain).map(([name, tensor]) => [name, runtimeTensor(tensor)]));

async function open({ step, feeds, results, options }: Opening): Promise<() => Promise<Run>> {
  const session = await InferenceSession.create(step, { logSeverityLevel: 3, ...options });
  const [inputs, outputs] = [tensors(feeds), tensors(results)];
  return async () => {
    globalThis.gc!();
    forgetMostResident();
    const before = mostResident();
    const used = process.cpuUsage();
    await session.run(inputs, outputs);
    const { user, system } = process.cpuUsage(used);
    return { processorSeconds: (user + system) / 1e6, grownBytes: mostResident() - before };
  };
}

process.once('message', (opening: Opening) => {
  void open(opening).then((run) => {
    process.on('message', () => void run().then((result) => process.send!(result)));
    process.send!('open');
  });
});
