import { expect, test } from '@jest/globals';
import { errorFrom, portableError } from './portable-error.js';

/** As a message between threads. */
const sent = (thrown: unknown): Error => errorFrom(structuredClone(portableError(thrown)));

test('class, message, place, code and cause pass', () => {
  const cause = Object.assign(new TypeError('inner'), { code: 'EINNER' });
  const error = new RangeError('outer', { cause });
  const found = sent(error);
  expect(found).toBeInstanceOf(RangeError);
  expect(found.message).toBe('outer');
  expect(found.stack).toBe(error.stack);
  expect(found.cause).toBeInstanceOf(TypeError);
  expect(found.cause).toMatchObject({ message: 'inner', code: 'EINNER' });
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
