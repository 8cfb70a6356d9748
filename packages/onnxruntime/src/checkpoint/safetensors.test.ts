import { describe, expect, test } from '@jest/globals';
import {
  decodeSafetensors,
  encodeSafetensors,
  SafetensorsError,
  type SafetensorsTensor,
} from './safetensors.js';

/** A file with the given header text and values. */
function file(
  header: string,
  values: readonly number[] = [],
  length = Buffer.byteLength(header),
): Uint8Array {
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(length));
  return Buffer.concat([prefix, Buffer.from(header), Buffer.from(values)]);
}

const twoFloats = '{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}';

describe('decodeSafetensors', () => {
  test('reads a file written by hand', () => {
    const header = '{"__metadata__":{"step":"7"},"x":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}}  ';
    const { tensors, metadata } = decodeSafetensors(file(header, [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]));
    expect(metadata).toEqual({ step: '7' });
    expect(tensors.get('x')).toEqual({ dtype: 'F32', shape: [2, 1], data: Float32Array.of(1, -2) });
  });

  test('reads values that lie unaligned in a larger buffer', () => {
    const bytes = encodeSafetensors(
      new Map([['x', { dtype: 'F64', shape: [], data: Float64Array.of(Math.PI) }]]),
    );
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(decodeSafetensors(shifted.subarray(3)).tensors.get('x')!.data).toEqual(Float64Array.of(Math.PI));
  });

  test('the tensors are copies', () => {
    const bytes = file(twoFloats, [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]);
    const { tensors } = decodeSafetensors(bytes);
    bytes.fill(0);
    expect(tensors.get('x')!.data).toEqual(Float32Array.of(1, -2));
  });

  test.each<[string, Uint8Array, RegExp]>([
    ['an empty file', new Uint8Array(0), /0 bytes/],
    ['a header length beyond the file', file(twoFloats, [], 1000), /1000 bytes/],
    [
      'an absurd header length',
      Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255),
      /18446744073709551615/,
    ],
    ['a header that is not JSON', file('{"x":'), /not JSON/],
    ['a header that is a list', file('[]'), /not a JSON object/],
    ['values cut short', file(twoFloats, [0, 0, 0, 0]), /take 8 bytes; the file holds 4/],
    ['values left over', file(twoFloats, new Array<number>(9).fill(0)), /take 8 bytes; the file holds 9/],
    [
      'overlapping tensors',
      file(
        '{"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"y":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}',
        [0, 0, 0, 0, 0, 0],
      ),
      /"y" starts at byte 2 of the values; expected 4/,
    ],
    [
      'a gap before the first tensor',
      file('{"x":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}', [0, 0]),
      /"x" starts at byte 1 of the values; expected 0/,
    ],
    [
      'a size that the shape contradicts',
      file(twoFloats.replace('[2]', '[3]'), new Array<number>(8).fill(0)),
      /12 bytes/,
    ],
    ['a type that is not known', file(twoFloats.replace('F32', 'F8_E4M3')), /"F8_E4M3"; accepted: F64/],
    ['a negative length', file(twoFloats.replace('[2]', '[-2]')), /\[-2\]; expected integers/],
    [
      'a size beyond all numbers',
      file(twoFloats.replace('[2]', '[4503599627370496,4503599627370496]')),
      /countable/,
    ],
    ['offsets that are no pair', file(twoFloats.replace('[0,8]', '[0]')), /two integers/],
    ['a description that is no object', file('{"x":3}'), /"x"/],
    ['metadata that is not text', file('{"__metadata__":{"step":7}}'), /__metadata__/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => decodeSafetensors(bytes)).toThrow(SafetensorsError);
    expect(() => decodeSafetensors(bytes)).toThrow(message);
  });

  test('refuses every prefix of a file', () => {
    const bytes = file(twoFloats, new Array<number>(8).fill(0));
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeSafetensors(bytes.subarray(0, length))).toThrow(SafetensorsError);
    }
  });
});

describe('encodeSafetensors', () => {
  test('what is written is read back: every type, empty and scalar tensors, odd names', () => {
    const tensors = new Map<string, SafetensorsTensor>([
      ['mask', { dtype: 'BOOL', shape: [3], data: Uint8Array.of(1, 0, 1) }],
      ['double', { dtype: 'F64', shape: [1, 2], data: Float64Array.of(0.1, -0) }],
      ['float', { dtype: 'F32', shape: [], data: Float32Array.of(1.5) }],
      ['long', { dtype: 'I64', shape: [1], data: BigInt64Array.of(-(2n ** 62n)) }],
      ['__proto__', { dtype: 'I32', shape: [2], data: Int32Array.of(-1, 7) }],
      ['Ω/é "x"', { dtype: 'U8', shape: [1], data: Uint8Array.of(255) }],
      ['none', { dtype: 'F32', shape: [0, 4], data: new Float32Array(0) }],
    ]);
    const decoded = decodeSafetensors(encodeSafetensors(tensors, { model: 'unet' }));
    expect(new Map([...decoded.tensors].sort())).toEqual(new Map([...tensors].sort()));
    expect(decoded.metadata).toEqual({ model: 'unet' });
  });

  test('every tensor lies aligned for its type', () => {
    const bytes = encodeSafetensors(
      new Map<string, SafetensorsTensor>([
        ['byte', { dtype: 'U8', shape: [1], data: Uint8Array.of(1) }],
        ['double', { dtype: 'F64', shape: [1], data: Float64Array.of(2) }],
      ]),
    );
    const headerLength = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(headerLength % 8).toBe(0);
    expect(new Float64Array(bytes.buffer, 8 + headerLength, 1)).toEqual(Float64Array.of(2));
  });

  test('writes the window of a larger buffer, not all of it', () => {
    const data = new Float32Array([9, 1, 2, 9]).subarray(1, 3);
    const decoded = decodeSafetensors(
      encodeSafetensors(new Map([['x', { dtype: 'F32', shape: [2], data }]])),
    );
    expect(decoded.tensors.get('x')!.data).toEqual(Float32Array.of(1, 2));
  });

  test('refuses a reserved name, a wrong array and a wrong size', () => {
    const data = Float32Array.of(1);
    const encode = (name: string, tensor: unknown) => () =>
      encodeSafetensors(new Map([[name, tensor as SafetensorsTensor]]));
    expect(encode('__metadata__', { dtype: 'F32', shape: [1], data })).toThrow(/cannot be named/);
    expect(encode('x', { dtype: 'F64', shape: [1], data })).toThrow(/type F64 holds Float32Array/);
    expect(encode('x', { dtype: 'F32', shape: [2], data })).toThrow(/shape \[2\] and 1 values/);
  });
});
