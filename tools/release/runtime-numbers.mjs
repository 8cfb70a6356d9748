// Prints numbers of the kernels, of a pool of threads and of training, to be compared between runtimes: run by
// check-runtimes.mjs in a folder where the packages are installed.
import { createHash } from 'node:crypto';
import { kernelLoss, lovaszSoftmax } from '@lovasz/core';
import { createWorkerPool } from '@lovasz/core/worker-pool';
import { unet } from '@lovasz/models';
import { adam } from '@lovasz/onnx';
import { Trainer } from '@lovasz/onnxruntime';

const [images, classes, size] = [2, 5, 32];
const digest = (array) =>
  createHash('sha256')
    .update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength))
    .digest('hex')
    .slice(0, 12);
/** Multiplicative congruential numbers in (0, 1), the same everywhere. */
function random(length) {
  let state = 1;
  return Float32Array.from({ length }, () => (state = (state * 48271) % 2147483647) / 2147483647);
}

const labels = Int32Array.from(random(images * size * size), (number) => Math.floor(number * classes));
const given = { data: random(images * classes * size * size), shape: [images, classes, size, size] };
const target = { data: labels, shape: [images, size, size] };
const numbers = {};
for (const method of ['exact', 'histogram']) {
  const { value, gradient } = kernelLoss('lovasz-softmax', given, target, { method });
  numbers[method] = [value, digest(gradient.data)];
}

const pool = await createWorkerPool(2);
const shared = pool.float32Array(given.data.length);
shared.set(given.data);
const gradient = pool.float32Array(shared.length);
const { value } = kernelLoss('lovasz-softmax', { ...given, data: shared }, target, { pool, gradient });
numbers.pool = [value, digest(Float32Array.from(gradient))];
await pool.close();

const trainer = await Trainer.create(unet({ classCount: classes, width: size, height: size, seed: 1 }), {
  loss: (backend, logits, truth) => lovaszSoftmax(backend, logits, truth),
  optimizer: adam(),
  inputShapes: { image: [images, 3, size, size] },
  threads: 1,
});
const image = random(images * 3 * size * size);
numbers.losses = [];
for (let step = 0; step < 3; step++) {
  numbers.losses.push((await trainer.train({ inputs: { image }, labels }, 1e-3)).loss);
}
await trainer.close();
console.log(JSON.stringify(numbers));
