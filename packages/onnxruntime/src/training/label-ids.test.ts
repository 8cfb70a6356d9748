import { describe, expect, test } from '@jest/globals';
import { labelIds, type Labels } from './label-ids.js';

const accepted = { shape: [1, 2, 2], classCount: 3, ignored: [255] };

describe('labelIds', () => {
  test.each([
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    Array,
  ])('%p is taken, as a copy', (type) => {
    const labels = (type as ArrayConstructor).from([2, 0, 1, 2]);
    const ids = labelIds(labels, accepted);
    expect([...ids]).toEqual([2, 0, 1, 2]);
    labels[0] = 0;
    expect(ids[0]).toBe(2);
  });

  test('64-bit integers are taken', () => {
    for (const type of [BigInt64Array, BigUint64Array]) {
      expect([...labelIds(type.of(2n, 0n, 255n, 1n), accepted)]).toEqual([2, 0, 255, 1]);
    }
    expect(() => labelIds(BigInt64Array.of(0n, 3n, 3n, 2n ** 33n), accepted)).toThrow(
      'labels hold 3 (pixels: 2), 8589934592 (pixels: 1); accepted: 0…2 or ignoreIndex 255',
    );
  });

  test.each([
    [[0, 1, 255, 255], [255], undefined],
    [[0, -1, 255, 255], [-1, 255], undefined],
    [[0, 1, 255, 255], [], 'labels hold 255 (pixels: 2); accepted: 0…2; no ignoreIndex is set'],
    [[-1, 1, -1, 255], [255], 'labels hold -1 (pixels: 2); accepted: 0…2 or ignoreIndex 255'],
    [[3, 1, 0, 2], [], 'labels hold 3 (pixels: 1)'],
    [[2 ** 32, 1, 0, 2], [], 'labels hold 4294967296 (pixels: 1)'],
    [[0, 0.5, 0, 0.5], [], 'labels hold 0.5 (pixels: 2) from index 1 on'],
    [[0, 0, NaN, 0], [], 'labels hold NaN (pixels: 1) from index 2 on'],
    [[undefined, 0, undefined, 0], [255], 'labels hold undefined (pixels: 2) from index 0 on'],
    [Array(4), [], 'labels hold undefined (pixels: 4)'],
  ])('%j with %j ignored', (labels, ignored, message) => {
    const call = () => labelIds(labels as Labels, { ...accepted, ignored });
    if (message === undefined) expect([...call()]).toEqual(labels);
    else expect(call).toThrow(message);
    if (message !== undefined) expect(call).toThrow(RangeError);
  });

  test('what is no array, or of another length, is named', () => {
    expect(() => labelIds(undefined as never, accepted)).toThrow('labels is undefined, expected an array');
    expect(() => labelIds('0000' as never, accepted)).toThrow(TypeError);
    expect(() => labelIds([0, 1], accepted)).toThrow('labels has 2 entries, expected 4 of shape [1, 2, 2]');
  });
});
