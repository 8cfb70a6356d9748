import { describe, expect, test } from '@jest/globals';
import { KernelMemory } from './kernel-memory.js';

describe('arrays of a pool', () => {
  test('begin where a vector of four numbers does, and do not overlap', () => {
    const memory = new KernelMemory(2);
    const arrays = [1, 3, 0, 5, 1001].map((length) => memory.float32Array(length));
    const labels = memory.labels(7);
    for (const { byteOffset } of [...arrays, labels]) expect(byteOffset % 16).toBe(0);
    arrays.forEach((array, i) => array.fill(i + 1));
    labels.fill(9);
    arrays.forEach((array, i) => expect(array.every((entry) => entry === i + 1)).toBe(true));
    expect([...arrays, labels].every((array) => memory.holds(array))).toBe(true);
  });

  test('labels of a call take the room of the last, and more when there are more', () => {
    const memory = new KernelMemory(1);
    const first = memory.labels(10);
    expect(memory.labels(4).byteOffset).toBe(first.byteOffset);
    const more = memory.labels(11);
    expect(more.length).toBe(11);
    expect(memory.labels(20).byteOffset).toBe(more.byteOffset);
  });

  test('arrays made elsewhere are not on it', () => {
    expect(new KernelMemory(1).holds(new Float32Array(new SharedArrayBuffer(16)))).toBe(false);
  });
});
