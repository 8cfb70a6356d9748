import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { link, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeModel, GraphBuilder, modelBytes, OnnxError, splitModel, type ModelProto } from '@lovasz/onnx';
import { numbersOfInitializer, writeInitializers, sizeOf } from '@lovasz/onnx/parts';
import { readModel } from './read-model.js';
import { writeModel } from './write-model.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lovasz-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** x · a + b, whose weights are 1, 2, 3, … */
function network(): ModelProto {
  const graph = new GraphBuilder();
  const x = graph.input('x', 'float32', [1, 400]);
  const weight = (name: string, shape: number[]) => {
    const data = Float32Array.from({ length: sizeOf(shape) }, (_, place) => place + 1);
    return graph.constantTensor({ dataType: 'float32', shape, data }, name);
  };
  const y = graph.add(graph.matmul(x, weight('a', [400, 3])), weight('b', [3]));
  return encodeModel({ name: 'network', inputs: [x], outputs: [{ name: 'y', value: y }] });
}

/** Writes the network with the data of `a` in the file of that name, and names `location` in the model. */
async function writeSplit(file: string, location: string): Promise<void> {
  const split = splitModel(network(), 1024);
  await writeFile(file, Buffer.concat([...split.data()]));
  await writeFile(join(folder, 'network.onnx'), split.bytes(location));
}

const entries = (model: ModelProto, name: string): number[] => [
  ...numbersOfInitializer(model.graph!.initializer.find((tensor) => tensor.name === name)!),
];
const read = (): Promise<ModelProto> => readModel(join(folder, 'network.onnx'));
const counted = (length: number): number[] => Array.from({ length }, (_, place) => place + 1);

describe('data beside a model', () => {
  test('is read from the folder of the model and below, and not before it is needed', async () => {
    await mkdir(join(folder, 'deep'));
    await writeSplit(join(folder, 'deep/weights.bin'), 'deep/weights.bin');
    const model = await read();
    expect(entries(model, 'a')).toEqual(counted(1200));
    expect(entries(model, 'b')).toEqual([1, 2, 3]);
    await rm(join(folder, 'deep/weights.bin'));
    expect(() => entries(model, 'a')).toThrow(
      /^initializer 'a': its data lies outside of the model, in 'deep\/weights.bin', which cannot be read: ENOENT/,
    );
    expect(entries(model, 'b')).toEqual([1, 2, 3]);
  });

  test.each(['../weights.bin', 'a/../../weights.bin', '/etc/passwd', '..\\weights.bin', 'C:weights.bin', ''])(
    "the location '%s' is refused by name before anything is read",
    async (location) => {
      await writeSplit(join(folder, 'weights.bin'), location);
      await expect(read()).rejects.toThrow(OnnxError);
      await expect(read()).rejects.toThrow(
        `initializer 'a': its data lies outside of the model, in '${location}'`,
      );
    },
  );

  test('links are refused: to the file, to a folder on the way, and second names', async () => {
    await mkdir(join(folder, 'other'));
    await writeSplit(join(folder, 'other/weights.bin'), 'weights.bin');
    await symlink(join(folder, 'other/weights.bin'), join(folder, 'weights.bin'));
    const model = await read();
    expect(() => entries(model, 'a')).toThrow(/weights.bin is a symbolic link/);
    await rm(join(folder, 'weights.bin'));
    await link(join(folder, 'other/weights.bin'), join(folder, 'weights.bin'));
    expect(() => entries(model, 'a')).toThrow(/weights.bin has several names/);
    await writeSplit(join(folder, 'other/single.bin'), 'linked/single.bin');
    await symlink(join(folder, 'other'), join(folder, 'linked'));
    const through = await read();
    expect(() => entries(through, 'a')).toThrow(/linked is a symbolic link/);
  });

  test('a file that is too short, or a folder, is refused', async () => {
    await writeSplit(join(folder, 'weights.bin'), 'weights.bin');
    await writeFile(join(folder, 'weights.bin'), new Uint8Array(100));
    const model = await read();
    expect(() => entries(model, 'a')).toThrow(/has 100 bytes, but bytes 0 to 4800 are needed/);
    await rm(join(folder, 'weights.bin'));
    await mkdir(join(folder, 'weights.bin'));
    expect(() => entries(model, 'a')).toThrow(/weights.bin is no file/);
  });
});

describe('writeModel', () => {
  test('a model of one file stays one file', async () => {
    const file = join(folder, 'network.onnx');
    expect(await writeModel(file, network())).toEqual([file]);
    expect(await readdir(folder)).toEqual(['network.onnx']);
    expect([...(await readFile(file))]).toEqual([...modelBytes(network())]);
  });

  test('new weights stay beside the model under their old names; others keep their entries', async () => {
    await writeSplit(join(folder, 'weights.bin'), 'weights.bin');
    const tuned = Float32Array.from({ length: 1200 }, (_, place) => -place);
    const changed = writeInitializers(await read(), new Map([['a', tuned]]));
    const file = join(folder, 'tuned.onnx');
    const written = await writeModel(file, changed);
    expect(written).toHaveLength(2);
    expect((await stat(file)).size).toBeLessThan(1000);
    await rm(join(folder, 'weights.bin'));
    const again = await readModel(file);
    expect(entries(again, 'a').map((entry) => entry + 0)).toEqual([...tuned].map((entry) => entry + 0));
    expect(entries(again, 'b')).toEqual([1, 2, 3]);
    expect(again.graph!.initializer.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  test('a model is written in its own place without its old data being lost', async () => {
    await writeSplit(join(folder, 'weights.bin'), 'weights.bin');
    const model = await read();
    await writeModel(join(folder, 'network.onnx'), model);
    await rm(join(folder, 'weights.bin'));
    expect(entries(await read(), 'a')).toEqual(counted(1200));
  });

  test('a model with data beside it can be written as one file', async () => {
    await writeSplit(join(folder, 'weights.bin'), 'weights.bin');
    const bytes = modelBytes(await read());
    await rm(join(folder, 'weights.bin'));
    await writeFile(join(folder, 'network.onnx'), bytes);
    expect(entries(await read(), 'a')).toEqual(counted(1200));
  });
});
