import { unet } from '@lovasz/models';
import { encodeModel, GraphBuilder } from '@lovasz/onnx';
import { expect, test } from '@jest/globals';
import { imageInput } from './image-input.js';

test('tells the name of the image, and which lengths the file leaves open', () => {
  const { name, shape } = imageInput(unet({ classes: 2, width: 20, height: 16, seed: 1 }));
  expect(name).toBe('image');
  expect(shape).toEqual([undefined, 3, 16, 20]);
});

test('a network of two inputs is refused', () => {
  const graph = new GraphBuilder();
  const inputs = ['image', 'mask'].map((name) => graph.input(name, 'float32', [1, 3, 8, 8]));
  const outputs = [{ name: 'logits', value: graph.add(inputs[0]!, inputs[1]!) }];
  expect(() => imageInput(encodeModel({ name: 'two', inputs, outputs }))).toThrow(
    '--model: the network has 2 inputs (image, mask); accepted: one, the image [batch, 3, height, width]',
  );
});
