import { expect, test } from '@jest/globals';
import { OnnxError } from '@lovasz/onnx';
import { errorFrom, portableError } from './portable-error.js';

/** As a message between threads. */
const sent = (thrown: unknown): Error => errorFrom(structuredClone(portableError(thrown)));

test('class, message, stack, code and cause pass', () => {
  const cause = Object.assign(new TypeError('inner'), { code: 'EINNER' });
  const error = new RangeError('outer', { cause });
  const found = sent(error);
  expect(found).toBeInstanceOf(RangeError);
  expect(found.message).toBe('outer');
  expect(found.stack).toBe(error.stack);
  expect(found.cause).toBeInstanceOf(TypeError);
  expect(found.cause).toMatchObject({ message: 'inner', code: 'EINNER' });
});

test('an OnnxError passes with its place, its reason and its cause', () => {
  const cause = new RangeError('beyond');
  const error = new OnnxError('is missing', { operator: 'Conv', node: 'c1', file: 'a.onnx' }, { cause });
  const found = sent(error);
  expect(OnnxError.isOnnxError(found)).toBe(true);
  expect(found.message).toBe("a.onnx: Conv 'c1': is missing");
  expect(found).toMatchObject({ operator: 'Conv', node: 'c1', file: 'a.onnx', reason: 'is missing' });
  expect(found.cause).toBeInstanceOf(RangeError);
  expect(OnnxError.at(found as OnnxError, { file: 'b.onnx' })).toMatchObject({
    message: "b.onnx: Conv 'c1': is missing",
    cause: { message: 'beyond' },
  });
});

test('a class that only the other thread has passes by its name', () => {
  class RuntimeError extends Error {
    override readonly name = 'RuntimeError';
  }
  expect(String(sent(new RuntimeError('no kernel')))).toBe('RuntimeError: no kernel');
});

test('what is no error becomes one', () => {
  expect(sent('stopped')).toEqual(new Error('stopped'));
  expect(sent(undefined)).toEqual(new Error('undefined'));
});
