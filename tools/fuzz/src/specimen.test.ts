import { describe, expect, test } from '@jest/globals';
import { unet } from '@lovasz/models';
import { modelBytes } from '@lovasz/onnx';
import { judge } from './judge.js';
import { mutationOf, specimenOf, type Specimen } from './specimen.js';

const network = unet({ classCount: 3, width: 16, height: 16, seed: 1, base: 2, depth: 1 });
const specimen: Specimen = specimenOf('unet', modelBytes(network));

describe('a damaged model', () => {
  test('is the same for the same seed and index, and another for others', () => {
    const at = (seed: number, index: number): string =>
      Buffer.from(mutationOf(specimen, seed, index).bytes).toString('base64');
    expect(at(1, 7)).toBe(at(1, 7));
    const drawn = Array.from({ length: 50 }, (_, index) => at(1, index));
    expect(new Set(drawn).size).toBeGreaterThan(45);
    expect(at(2, 7)).not.toBe(at(1, 7));
  });
});

describe('judge', () => {
  test('accepts what is whole and tells what is wrong with what is not', () => {
    expect(judge(specimen.bytes, specimen)).toEqual({ kind: 'valid' });
    expect(judge(specimen.bytes.slice(0, 100), specimen)).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('are no ONNX model'),
    });
  });

  test('an error that nobody expected is a failure', () => {
    expect(judge(null as unknown as Uint8Array, specimen)).toMatchObject({
      kind: 'failure',
      message: expect.stringContaining('TypeError'),
    });
  });
});
