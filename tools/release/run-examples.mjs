// Runs the programs that check-examples.mjs has written, one after another in one process, each in a folder of its own
// with a network, weights, a metrics file and a small CamVid; what their comments say is compared.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { unet } from '@lovasz/models';
import { modelBytes } from '@lovasz/onnx';
import { encodeSafetensors } from '@lovasz/onnxruntime/safetensors';
import sharp from 'sharp';

const here = process.cwd();
/** A network whose shape is closed, so that it trains without `inputShapes`. */
function closedNetwork(classes) {
  const model = unet({ classCount: classes, width: 32, height: 32, seed: 1 });
  model.graph.input[0].type.value.value.shape.dim.forEach((dim, axis) => {
    dim.value = { case: 'dimValue', value: BigInt([2, 3, 32, 32][axis]) };
  });
  return modelBytes(model);
}
const network = closedNetwork(5);
const oneChannel = closedNetwork(1);
const weights = encodeSafetensors(
  new Map([['conv.weight', { dtype: 'F32', shape: [1], data: Float32Array.of(1) }]]),
);
const [width, height] = [24, 18];
const create = (channels) => ({ width, height, channels, background: '#000' });
const photo = await sharp({ create: create(3) })
  .png()
  .toBuffer();
const labels = await sharp({ create: create(3) })
  .toColourspace('b-w')
  .png()
  .toBuffer();

/** A folder with all files that an example may read. */
async function prepareFolder() {
  const folder = await mkdtemp(join(here, 'run-'));
  const write = (path, bytes) => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  };
  write('network.onnx', network);
  write('trained.onnx', network);
  write('one-channel.onnx', oneChannel);
  write('weights.safetensors', weights);
  write('run/metrics.jsonl', '{"event":"interrupted","step":0}\n');
  write('data/leaves/classes.txt', 'soil\nleaf\n');
  for (const split of ['train', 'val']) {
    write(`data/leaves/${split}/images/one.png`, photo);
    write(`data/leaves/${split}/masks/one.png`, labels);
    write(`data/camvid/${split}/one.png`, photo);
    write(`data/camvid/${split}annot/one.png`, labels);
  }
  return folder;
}

let compared = 0;
let comparing = true;
let differences = [];
/** Compares the numbers of a comment with those of the values, to the digits that it has; a sentence is not compared. */
globalThis.shown = (comment, ...values) => {
  const expected = numbersIn(comment.replace(/^.* = /, '').replace(/[:;] .*$/, ''));
  if (!comparing || expected === undefined || /[{,] …/.test(comment)) return;
  compared++;
  const got =
    numbersIn(
      values
        .map((value) => (typeof value === 'string' ? value : inspect(value, { maxArrayLength: null })))
        .join(' '),
    ) ?? [];
  const agrees =
    got.length === expected.length &&
    expected.every(
      ({ value, unit }, i) => Object.is(value, got[i].value) || Math.abs(value - got[i].value) <= unit,
    );
  if (!agrees) differences.push(`the comment says ${comment}, but it is ${inspect(values)}`);
};

/** Each number with one unit of its last digit, or nothing where the text is no plain value. */
function numbersIn(text) {
  const bare = text.replaceAll(/\b\w*Array(\(\d+\))?/g, '').replaceAll(/\b[a-zA-Z]+: /g, '');
  const pattern = /-?\d+(\.\d+)?(e-?\d+)?|NaN|true|false/g;
  if (/[^\s[\]{},…']/.test(bare.replaceAll(pattern, ''))) return undefined;
  const found = [...bare.matchAll(pattern)].map(([token, fraction = '.', exponent = '']) => ({
    value: token === 'true' || token === 'false' ? Number(token === 'true') : Number(token),
    unit: fraction === '.' ? 0 : Number(`1${exponent || 'e0'}`) * 10 ** (1 - fraction.length) * 1.000001,
  }));
  return found.length === 0 ? undefined : found;
}

let failed = 0;
const log = console.log;
for (const { name, file, isCompared } of JSON.parse(readFileSync(join(here, 'examples.json'), 'utf8'))) {
  differences = [];
  comparing = isCompared;
  process.chdir(await prepareFolder());
  console.log = () => {};
  try {
    await import(file);
  } catch (error) {
    differences.push(error instanceof Error ? error.stack : String(error));
  }
  console.log = log;
  if (differences.length > 0) failed++;
  for (const difference of differences) console.error(`FAILED  ${name}: ${difference}`);
}
process.chdir(here);
console.log(`${compared} comments compared, ${failed} examples failed`);
// Examples leave trainers open, whose threads would keep this process alive.
process.exit(failed > 0 ? 1 : 0);
