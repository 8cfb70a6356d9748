import { expect, test } from '@jest/globals';
import { OnnxError, withPlace } from './onnx-error.js';

test('the message names file, operator, node and option', () => {
  expect(new OnnxError('is damaged', { file: 'a.onnx' }).message).toBe('a.onnx: is damaged');
  expect(new OnnxError('is missing', { operator: 'Conv', node: 'c1' }).message).toBe("Conv 'c1': is missing");
  expect(new OnnxError('is missing', { node: 'c1' }).message).toBe("node 'c1': is missing");
  expect(new OnnxError('must be bound', { operator: 'input', node: 'x', option: 'shapes' }).message).toBe(
    "input 'x': must be bound by shapes",
  );
  expect(new OnnxError("names 'z'", { option: 'shapes' }).message).toBe("shapes names 'z'");
});

test('at a place of which more is known, reason, place and cause stay', () => {
  const cause = new RangeError('beyond');
  const error = new OnnxError('must be bound', { operator: 'input', node: 'x', option: 'shapes' }, { cause });
  const named = OnnxError.at(error, { file: 'a.onnx', option: '--shape' });
  expect(named.message).toBe("a.onnx: input 'x': must be bound by --shape");
  expect(named).toMatchObject({ operator: 'input', node: 'x', reason: 'must be bound', cause });
  expect(OnnxError.at(new OnnxError('is damaged'), { option: '--shape' }).message).toBe('is damaged');
});

test('an error of another copy of the class is known, another class is not', () => {
  class OnnxErrorOfAnotherCopy extends Error {
    override readonly name = 'OnnxError';
  }
  expect(OnnxError.isOnnxError(new OnnxErrorOfAnotherCopy())).toBe(true);
  expect(OnnxError.isOnnxError(new OnnxError('is damaged'))).toBe(true);
  expect([new Error('x'), 'OnnxError', null, undefined].some(OnnxError.isOnnxError)).toBe(false);
});

test('an error without a node gets the one that is read, and an unforeseen one is its cause', () => {
  const place = { operator: 'Conv', node: 'c1' };
  const fail = (error: Error) => () =>
    withPlace(place, () => {
      throw error;
    });
  expect(fail(new OnnxError('is missing', { operator: 'Conv' }))).toThrow("Conv 'c1': is missing");
  expect(fail(new OnnxError('is missing', { operator: 'Pad' }))).toThrow("Conv 'c1': Pad: is missing");
  const inner = new TypeError('no such property');
  expect(fail(inner)).toThrow(expect.objectContaining({ cause: inner, operator: 'Conv', node: 'c1' }));
});
