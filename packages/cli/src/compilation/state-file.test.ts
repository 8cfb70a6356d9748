import { describe, expect, test } from '@jest/globals';
import { decodeState, encodeState } from './state-file.js';

const vectors = [
  { name: 'parameters', offset: 0, length: 2 },
  { name: 'velocity', offset: 2, length: 2 },
];

describe('the file of a state', () => {
  test('holds vectors one after the other, lowest byte first, zeros where none are given', () => {
    const bytes = encodeState(vectors, { parameters: Float32Array.of(1, -2) });
    expect([...bytes]).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(decodeState('f', bytes, vectors)).toEqual({
      parameters: Float32Array.of(1, -2),
      velocity: Float32Array.of(0, 0),
    });
  });

  test('is read from bytes that lie anywhere', () => {
    const bytes = encodeState(vectors, { velocity: Float32Array.of(3, 4) });
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    expect(decodeState('f', shifted.subarray(1), vectors)['velocity']).toEqual(Float32Array.of(3, 4));
  });

  test('of another length, or with a number that is none, is refused by name', () => {
    const bytes = encodeState(vectors, {});
    expect(() => decodeState('my.bin', bytes.subarray(1), vectors)).toThrow(
      'my.bin has 15 bytes, expected 16: parameters (2 numbers), velocity (2 numbers)',
    );
    const bad = encodeState(vectors, { velocity: Float32Array.of(0, NaN) });
    expect(() => decodeState('my.bin', bad, vectors)).toThrow('my.bin holds NaN in velocity');
  });
});
