import { expect, test } from '@jest/globals';
import { widenHalf } from './half-precision.js';

function widen(format: 'float16' | 'bfloat16', ...bits: number[]): number[] {
  const numbers = new Float32Array(bits.length);
  widenHalf(Uint16Array.from(bits), format, numbers);
  return Array.from(numbers);
}

test('float16', () => {
  expect(widen('float16', 0x3c00, 0xc100, 0x0000, 0x8000, 0x7bff, 0x3555)).toEqual([
    1, -2.5, 0, -0, 65504, 0.333251953125,
  ]);
});

test('float16 below the normal range', () => {
  expect(widen('float16', 0x0400, 0x0001, 0x83ff)).toEqual([2 ** -14, 2 ** -24, -1023 * 2 ** -24]);
});

test('float16 without a finite value', () => {
  expect(widen('float16', 0x7c00, 0xfc00, 0x7e01)).toEqual([Infinity, -Infinity, NaN]);
});

test('every finite float16 is what its bits say', () => {
  const all = Array.from({ length: 0x7c00 }, (_, half) => half);
  const expected = all.map((half) => {
    const exponent = half >> 10;
    return exponent === 0 ? half * 2 ** -24 : (1024 + (half & 1023)) * 2 ** (exponent - 25);
  });
  expect(widen('float16', ...all)).toEqual(expected);
  expect(widen('float16', ...all.map((half) => half | 0x8000))).toEqual(expected.map((number) => -number));
});

test('bfloat16', () => {
  expect(widen('bfloat16', 0x3f80, 0xc020, 0x0001, 0x7f80, 0x7fc0)).toEqual([
    1,
    -2.5,
    2 ** -133,
    Infinity,
    NaN,
  ]);
});
