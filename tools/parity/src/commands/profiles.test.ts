import { lossesByName, softJaccard } from '@lovasz/core';
import { enet, unet } from '@lovasz/models';
import { adam, decodeModel, importModel, interpret, sgd, type ModelProto } from '@lovasz/onnx';
import { expect, test } from '@jest/globals';
import type { Outcome } from '../report.js';
import type { Feed } from '../run-once.js';
import { compareProfiles, losses, type ProfileCase } from './profiles.js';

const side = 8;
const image = {
  name: 'image',
  dataType: 'float32',
  shape: [2, 3, side, side],
  data: Float32Array.from({ length: 6 * side * side }, (_, place) => Math.sin(place * 1.3)),
};
const labelShape = [2, side, side];

function caseOf(
  name: string,
  model: ModelProto,
  loss: Pick<ProfileCase['options'], 'loss' | 'method'>,
  { classes = 3, optimizer = sgd({ momentum: 0.9 }) } = {},
): ProfileCase {
  const data = Int32Array.from({ length: 2 * side * side }, (_, place) =>
    place % 11 === 0 ? 255 : (place >> 3) % classes,
  );
  const labels = { name: 'labels', dataType: 'int32', shape: labelShape, data };
  return {
    name,
    model,
    options: { ...loss, optimizer, labelShape, inputShapes: { image: image.shape } },
    feeds: [image, labels],
  };
}

const size = { width: side, height: side, seed: 1 };
const scores = unet({ ...size, classCount: 1, base: 2, depth: 1 });
const ofClasses = unet({ ...size, classCount: 3, base: 2, depth: 1 });

/** In float64: ONNX Runtime does not know the typed arrays of jest's realm. */
function interpreted(bytes: Uint8Array, feeds: readonly Feed[]): Promise<ReadonlyMap<string, Float64Array>> {
  const { inputs, outputs } = importModel(decodeModel(bytes));
  const numbers = inputs.map(({ name, shape }) => {
    const { data } = feeds.find((feed) => feed.name === name)!;
    return { shape, data: Float64Array.from(data) };
  });
  const results = interpret(
    outputs.map(({ value }) => value),
    new Map(inputs.map((input, place) => [input, numbers[place]!])),
  );
  return Promise.resolve(new Map(outputs.map(({ name }, place) => [name, results[place]!.data])));
}

async function failuresOf(cases: readonly ProfileCase[]): Promise<readonly Outcome[]> {
  const failures: Outcome[] = [];
  for await (const outcome of compareProfiles(cases, interpreted)) {
    if (!('largestError' in outcome && outcome.largestError <= outcome.tolerance)) failures.push(outcome);
  }
  return failures;
}

test.each(Object.entries(losses(255)))(
  'U-Net with %s: every node has a kernel, and the step is the same',
  async (name, loss) => {
    const model = unet({ ...size, classCount: 3, base: 6, depth: 2 });
    expect(await failuresOf([caseOf(name, model, loss)])).toEqual([]);
  },
  120_000,
);

test('ENet: as well', async () => {
  const each = caseOf('enet', enet({ ...size, classCount: 3 }), losses(255)['cross-entropy']!);
  // Statistics of the two places that are left of so small an image would magnify rounding.
  const options = { ...each.options, batchNormalization: 'frozen' } as const;
  expect(await failuresOf([{ ...each, options }])).toEqual([]);
}, 120_000);

test.each(['hinge', 'lovasz-hinge', 'lovasz-sigmoid'] as const)(
  '%s: as well',
  async (name) => {
    const loss: ProfileCase['options']['loss'] = (backend, logits, labels) =>
      lossesByName[name](backend, backend.reshape(logits, labelShape), labels, { ignoreIndex: 255 });
    expect(await failuresOf([caseOf(name, scores, { loss }, { classes: 2 })])).toEqual([]);
  },
  120_000,
);

test('soft Jaccard by Adam: as well', async () => {
  const loss: ProfileCase['options']['loss'] = (backend, logits, labels) =>
    softJaccard(backend, logits, labels, { ignoreIndex: 255 });
  const optimizer = adam({ weightDecay: 0.01 });
  expect(await failuresOf([caseOf('soft-jaccard', ofClasses, { loss }, { optimizer })])).toEqual([]);
}, 120_000);

test('a wrong feed is told, not passed over', async () => {
  const each = caseOf('unet', ofClasses, losses(255)['cross-entropy']!);
  const failures = await failuresOf([{ ...each, feeds: [image] }]);
  expect(failures.map(({ name }) => name)).toEqual(['unet/generic', 'unet/cuda', 'unet/webgpu']);
});
