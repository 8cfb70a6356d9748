import { expect, test } from '@jest/globals';
import { CallQueue } from './call-queue.js';

test('calls run in order, one at a time, also after one that fails', async () => {
  const calls = new CallQueue('the queue');
  const seen: string[] = [];
  const call = (name: string, turns: number) => async () => {
    seen.push(`${name} begins`);
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    seen.push(`${name} ends`);
    if (name === 'b') throw new Error('b failed');
    return name;
  };
  const results = await Promise.allSettled([
    calls.add('a', call('a', 9)),
    calls.add('b', call('b', 3)),
    calls.add('c', call('c', 0)),
  ]);
  expect(seen).toEqual(['a', 'b', 'c'].flatMap((name) => [`${name} begins`, `${name} ends`]));
  expect(results).toEqual([
    { status: 'fulfilled', value: 'a' },
    { status: 'rejected', reason: new Error('b failed') },
    { status: 'fulfilled', value: 'c' },
  ]);
});

test('closing is the last call, and the only one of its kind', async () => {
  const calls = new CallQueue('the queue');
  const seen: string[] = [];
  const before = calls.add('a', () => Promise.resolve(seen.push('a')));
  const close = () => calls.close(() => Promise.resolve(void seen.push('close')));
  const closed = Promise.all([close(), close()]);
  await expect(calls.add('late', () => Promise.resolve())).rejects.toThrow(
    'the queue is closed: late() was called after close()',
  );
  await before;
  await closed;
  expect(seen).toEqual(['a', 'close']);
});
