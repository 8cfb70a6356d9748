import { describe, expect, test } from '@jest/globals';
import { guardedRun, type Loss } from './guarded-run.js';

/** Runs a worker that does `work` for each index, and collects what is told. */
async function run(work: string, heap = 64): Promise<{ messages: unknown[]; losses: Loss[] }> {
  const module = `
    import { parentPort, workerData } from 'node:worker_threads';
    const { shared, to } = workerData;
    for (let index = shared[0]; index < to; index++) {
      shared[0] = shared[1] = index;
      ${work}
      parentPort.postMessage(index);
      shared[0] = index + 1;
    }`;
  const messages: unknown[] = [];
  const losses: Loss[] = [];
  await guardedRun({
    script: new URL(`data:text/javascript,${encodeURIComponent(module)}`),
    data: undefined,
    from: 0,
    to: 4,
    deadline: 300,
    heap,
    onMessage: (message) => messages.push(message),
    onLoss: (loss) => losses.push(loss),
  });
  return { messages, losses };
}

describe('guardedRun', () => {
  test('goes through all indices', async () => {
    expect(await run('')).toEqual({ messages: [0, 1, 2, 3], losses: [] });
  });

  test('reports an index that hangs, and goes on behind it', async () => {
    const { messages, losses } = await run('while (index === 1);');
    expect(messages).toEqual([0, 2, 3]);
    expect(losses).toEqual([{ index: 1, message: 'took more than 300 ms' }]);
  });

  test('reports an index that takes all memory, or that throws', async () => {
    const { messages, losses } = await run(
      'if (index === 2) { const kept = []; for (;;) kept.push(new Array(1000).fill(index)); }',
    );
    expect(messages).toEqual([0, 1, 3]);
    expect(losses).toEqual([{ index: 2, message: expect.stringContaining('memory') }]);
    const thrown = await run("if (index === 0) throw new Error('not caught');");
    expect(thrown).toEqual({ messages: [1, 2, 3], losses: [{ index: 0, message: 'not caught' }] });
  });
});
