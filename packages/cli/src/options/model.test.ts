import { describe, expect, test } from '@jest/globals';
import { parseModel } from './model.js';
import { UsageError } from './usage-error.js';

describe('parseModel', () => {
  test('tells networks built in from files', () => {
    expect(parseModel('enet')).toEqual({ kind: 'built-in', name: 'enet' });
    expect(parseModel('some/folder/my.onnx')).toEqual({ kind: 'file', file: 'some/folder/my.onnx' });
    expect(parseModel('enet.onnx')).toEqual({ kind: 'file', file: 'enet.onnx' });
  });

  test.each(['', 'u-net', '.onnx', 'folder/.onnx', 'model.pt', 'model.onnx.txt'])('refuses %j', (text) => {
    expect(() => parseModel(text)).toThrow(
      new UsageError(`--model: '${text}' given; accepted: unet, enet, or a file whose name ends in .onnx`),
    );
  });
});
