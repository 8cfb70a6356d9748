import { expect, test } from '@jest/globals';
import { readError, writeError } from './error-message.js';

test('an error keeps its class, message, place and cause', () => {
  const cause = new TypeError('inner');
  const error = new RangeError('outer', { cause });
  const found = readError(writeError(error));
  expect(found).toBeInstanceOf(RangeError);
  expect([found.message, found.stack]).toEqual(['outer', error.stack]);
  expect(found.cause).toBeInstanceOf(TypeError);
  expect((found.cause as Error).stack).toBe(cause.stack);
});

test('a class of its own keeps its name', () => {
  class OwnError extends Error {
    override readonly name = 'OwnError';
  }
  const { name, message } = readError(writeError(new OwnError('mine')));
  expect([name, message]).toEqual(['OwnError', 'mine']);
});

test('what is no error is told as text, and a circle of causes ends', () => {
  expect(readError(writeError('text')).message).toBe('text');
  const circle = new Error('round');
  circle.cause = circle;
  expect(readError(writeError(circle)).message).toBe('round');
});
