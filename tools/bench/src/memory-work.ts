import { readFileSync, writeFileSync } from 'node:fs';
import { InferenceSession, type Tensor } from '@lovasz/onnxruntime/runtime';
import { setImmediate } from 'node:timers/promises';
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
  /** By how much the resident memory of the process exceeded, at most, its code and what the session and tensors hold. */
  readonly grownBytes: number;
}

/** What the system says of this process's memory (man proc_pid_status): the most that was resident, and what is. */
function residentBytes(kind: 'VmHWM' | 'RssAnon' | 'RssFile'): number {
  const [, kibibytes] = new RegExp(`^${kind}:\\s+(\\d+) kB`, 'm').exec(
    readFileSync('/proc/self/status', 'utf8'),
  )!;
  return 1024 * Number(kibibytes);
}

/** Collects garbage, and what its collection lets go of. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) {
    globalThis.gc!();
    await setImmediate();
  }
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
  await settle();
  // Once: what a run frees in small pieces stays resident, and the next run takes it. It is no part of what is held.
  const held = residentBytes('RssAnon');
  return async () => {
    await settle();
    const code = residentBytes('RssFile');
    forgetMostResident();
    const used = process.cpuUsage();
    await session.run(inputs, outputs);
    const { user, system } = process.cpuUsage(used);
    return { processorSeconds: (user + system) / 1e6, grownBytes: residentBytes('VmHWM') - code - held };
  };
}

process.once('message', (opening: Opening) => {
  void open(opening).then((run) => {
    process.on('message', () => void run().then((result) => process.send!(result)));
    process.send!('open');
  });
});
