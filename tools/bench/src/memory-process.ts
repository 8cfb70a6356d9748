import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Opening, Run } from './memory-work.js';

/** The built file, from the sources too. */
const work = fileURLToPath(new URL('../dist/memory-work.js', import.meta.url));

/** A process of its own that runs a step of training. */
export interface MemoryProcess {
  run(): Promise<Run>;
  close(): Promise<void>;
}

/**
 * Opens a step in a process of its own.
 *
 * The C library gives back each large allocation as soon as it is freed there; by default it learns to keep them.
 *
 * @throws Error when the process ends before it answers.
 */
export async function openMemoryProcess(opening: Opening): Promise<MemoryProcess> {
  const child = fork(work, [], {
    serialization: 'advanced',
    execArgv: ['--expose-gc'],
    env: { ...process.env, MALLOC_MMAP_THRESHOLD_: '16384', MALLOC_ARENA_MAX: '1' },
  });
  const ended = once(child, 'exit');
  const ask = async (message: Opening | 'run'): Promise<unknown> => {
    child.send(message);
    const [answer] = await Promise.race([
      once(child, 'message'),
      ended.then(([code]) => {
        throw new Error(`the process that runs the step ended with exit code ${String(code)}`);
      }),
    ]);
    return answer;
  };
  await ask(opening);
  return {
    run: async () => (await ask('run')) as Run,
    close: async () => {
      child.kill();
      await ended;
    },
  };
}
