import { expect, test } from '@jest/globals';
import { UsageError } from '../settings/usage-error.js';
import { modelSetting, modelTitle, openModel } from './models.js';

test('a network is one built in or a file', () => {
  for (const text of ['enet', 'some/folder/my.onnx', 'enet.onnx'])
    expect(modelSetting.parse(text)).toBe(text);
  expect(['unet', 'some/folder/my.onnx', 'C:\\nets\\my.ONNX'].map(modelTitle)).toEqual(['unet', 'my', 'my']);
});

test.each(['', 'u-net', '.onnx', 'folder/.onnx', 'model.pt', 'model.onnx.txt', 'toString'])(
  'refuses %j',
  (text) => {
    expect(() => modelSetting.parse(text)).toThrow(
      new UsageError(`--model: '${text}' given; accepted: unet, enet, or a file whose name ends in .onnx`),
    );
  },
);

test('a network built in is drawn by the seed', async () => {
  const open = (seed: number) => openModel('unet', { classCount: 2, size: { width: 16, height: 16 }, seed });
  const [first, again, other] = await Promise.all([open(1), open(1), open(2)]);
  expect(again.graph!.initializer).toEqual(first.graph!.initializer);
  expect(other.graph!.initializer).not.toEqual(first.graph!.initializer);
});
