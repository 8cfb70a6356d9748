import { describe, expect, test } from '@jest/globals';
import { writeError } from './error-message.js';
import { errorLength, progressOf, type SharedJob, takeTasks } from './shared-job.js';
import { waitForTasks } from './wait-for-tasks.js';

/** A job of `count` checks of blocks of logits, as the next of a pool. */
function jobOf(count: number, given: Partial<SharedJob> = {}): SharedJob {
  return {
    pass: 'finiteness',
    data: { logits: new Float32Array(count * 64 * 8192), engine: 'javascript', memory: undefined },
    first: 0,
    count,
    progress: new Int32Array(new SharedArrayBuffer(12)),
    results: new Float64Array(new SharedArrayBuffer(8 * count)),
    error: new Uint16Array(new SharedArrayBuffer(2 * errorLength)),
    ...given,
  };
}

test('a thread that has ended in the middle of a task is found out', () => {
  const job = jobOf(2);
  // The first task was taken, and is never finished.
  job.progress[progressOf.next] = 1;
  takeTasks(job);
  expect(() => waitForTasks(job, 20)).toThrow(
    new Error(
      '1 of 2 tasks of the pass "finiteness" were taken by threads of the pool that have not finished one for 0.02 s: ' +
        'they have ended, and the gradient is incomplete; close the pool',
    ),
  );
});

test('what a task has thrown is the cause', () => {
  const job = jobOf(1, { data: null as never });
  takeTasks(job);
  let found: unknown;
  try {
    waitForTasks(job);
  } catch (error) {
    found = error;
  }
  const { message, cause } = found as Error;
  expect(cause).toBeInstanceOf(TypeError);
  expect(message).toBe(
    `a task of the pass "finiteness" failed, and the gradient is incomplete: TypeError: ${(cause as Error).message}`,
  );
});

describe('tasks are numbered on', () => {
  test('a thread that is late takes none of a later job', () => {
    const early = jobOf(2);
    takeTasks(early);
    const later = jobOf(2, { first: 2, progress: early.progress, results: new Float64Array(2).fill(7) });
    early.progress[progressOf.finished] = 0;
    takeTasks(early);
    expect(later.progress[progressOf.next]).toBe(2);
    expect(early.progress[progressOf.finished]).toBe(0);
    takeTasks(later);
    expect(Array.from(later.results)).toEqual([0, 0]);
    waitForTasks(later);
  });

  test('past the largest of 32 bits', () => {
    const first = 2 ** 31 - 1;
    const job = jobOf(3, { first });
    job.progress[progressOf.next] = first;
    job.results.fill(7);
    takeTasks(job);
    expect(Array.from(job.results)).toEqual([0, 0, 0]);
    expect(job.progress[progressOf.finished]).toBe(3);
  });
});

test('an error too long for its room loses its end', () => {
  const long = new RangeError('x'.repeat(2 * errorLength));
  expect(writeError(long).length).toBeGreaterThan(errorLength);
  const data = {
    get logits(): never {
      throw long;
    },
  };
  const job = jobOf(1, { data: data as never });
  takeTasks(job);
  expect(() => waitForTasks(job)).toThrow(/RangeError: x{900}/u);
});
