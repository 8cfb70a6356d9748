import { unet } from '@lovasz/models';
import { encodeModel, GraphBuilder, type ModelProto, type Value } from '@lovasz/onnx';
import { expect, test } from '@jest/globals';
import { imageFeed } from './image-feed.js';
import { imageInput, imageShape } from './image-input.js';

test('tells the name of the image, and which lengths the file leaves open', () => {
  expect(imageInput(unet({ classCount: 2, width: 20, height: 16, seed: 1 }))).toEqual({
    name: 'image',
    layout: 'nchw',
    batch: undefined,
    height: 16,
    width: 20,
  });
});

/** A network that reads its input by one operator. */
function reading(shape: readonly number[], write: (graph: GraphBuilder, image: Value) => Value) {
  const graph = new GraphBuilder();
  const image = graph.input('image', 'float32', shape);
  return encodeModel({ name: 'g', inputs: [image], outputs: [{ name: 'y', value: write(graph, image) }] });
}
/** The same, with no declared length. */
function open(model: ModelProto): ModelProto {
  const type = model.graph!.input[0]!.type!.value;
  if (type.case === 'tensorType')
    for (const dimension of type.value.shape!.dim) dimension.value = { case: undefined };
  return model;
}
const convolve = (graph: GraphBuilder, image: Value) => {
  const data = Float32Array.of(1, 2, 3);
  return graph.conv(
    image,
    graph.constantTensor({ dataType: 'float32', shape: [1, 3, 1, 1], data }, 'weight'),
  );
};
const convolveLast = (graph: GraphBuilder, image: Value) =>
  convolve(graph, graph.transpose(image, [0, 3, 1, 2]));

test('channels lie where three are declared', () => {
  const last = imageInput(reading([2, 8, 12, 3], convolveLast));
  expect(last).toEqual({ name: 'image', layout: 'nhwc', batch: 2, height: 8, width: 12 });
  expect(imageShape(last, 4, { width: 12, height: 8 })).toEqual([4, 8, 12, 3]);
  // Whatever is said of the output.
  expect(imageInput(reading([2, 8, 12, 3], convolveLast), 'nchw').layout).toBe('nhwc');
});

test('where that is left open, the option says, or the operator that reads them', () => {
  const each = (graph: GraphBuilder, image: Value) => graph.exp(image);
  expect(imageInput(open(reading([2, 3, 8, 12], convolve))).layout).toBe('nchw');
  expect(imageInput(open(reading([2, 8, 12, 3], convolveLast))).layout).toBe('nhwc');
  expect(imageInput(open(reading([2, 8, 12, 3], each)), 'nhwc').layout).toBe('nhwc');
  expect(() => imageInput(open(reading([2, 3, 8, 12], each)))).toThrow(
    "--layout: none given, and the input 'image' [?, ?, ?, ?] does not say where its 3 channels lie; accepted: nchw for",
  );
  expect(() => imageInput(reading([2, 3, 8, 3], each))).toThrow('[2, 3, 8, 3] does not say where');
});

test('images are fed as the network takes them', () => {
  const images = Float32Array.of(1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60);
  expect(imageFeed({ name: 'x', layout: 'nchw' }, images, 2)).toEqual({ x: images });
  expect(imageFeed({ name: 'x', layout: 'nhwc' }, images, 2)).toEqual({
    x: Float32Array.of(1, 3, 5, 2, 4, 6, 10, 30, 50, 20, 40, 60),
  });
});

test('a network of two inputs is refused', () => {
  const graph = new GraphBuilder();
  const inputs = ['image', 'mask'].map((name) => graph.input(name, 'float32', [1, 3, 8, 8]));
  const outputs = [{ name: 'logits', value: graph.add(inputs[0]!, inputs[1]!) }];
  expect(() => imageInput(encodeModel({ name: 'two', inputs, outputs }))).toThrow(
    '--model: the network has 2 inputs (image, mask); accepted: one, the image [batch, 3, height, width] or [batch, height, width, 3]',
  );
});
