import type * as Core from '@lovasz/core';
import type * as WorkerPool from '@lovasz/core/worker-pool';

const classes = 64;

/** Enough for the other thread to get a turn on a busy machine. */
const mostCalls = 200;

/** Whether the thread of the caller has fewer tasks to do when its pool has another thread. */
export async function isWorkShared(
  { kernelLoss }: typeof Core,
  { createWorkerPool }: typeof WorkerPool,
): Promise<boolean> {
  const labels = { data: new Uint8Array(classes), shape: [1, classes] };
  const countTasks = (pool: Core.WorkerPool): number => {
    const data = pool.float32Array(classes);
    const { add } = Atomics;
    let tasks = 0;
    // A thread adds 1 to entry 1 when it has done a task. This one is slowed down.
    Atomics.add = ((array: Int32Array, index: number, value: number) => {
      if (index === 1) {
        tasks++;
        const end = performance.now() + 1;
        while (performance.now() < end);
      }
      return add(array, index, value);
    }) as typeof add;
    try {
      kernelLoss('hinge', { data, shape: [1, classes] }, labels, { pool, multilabel: true });
    } finally {
      Atomics.add = add;
    }
    return tasks;
  };
  const [one, two] = [await createWorkerPool(1), await createWorkerPool(2)];
  try {
    const all = countTasks(one);
    for (let call = 0; call < mostCalls; call++) if (countTasks(two) < all) return true;
    return false;
  } finally {
    await Promise.all([one.close(), two.close()]);
  }
}
