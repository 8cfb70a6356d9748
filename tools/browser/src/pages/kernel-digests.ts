import type * as Core from '@lovasz/core';

const [images, classes, height, width] = [3, 5, 37, 41];
const pixels = height * width;
const entries = images * classes * pixels;

/** Losses with the options that lead through each pass of the kernels. */
const problems = [
  ['lovasz-softmax', {}],
  ['lovasz-softmax', { input: 'probabilities' }],
  ['combined', { perImage: true }],
  ['lovasz-hinge', { multilabel: true }],
  ['lovasz-hinge', { multilabel: true, activation: 'elu+1', symmetric: true }],
  ['lovasz-sigmoid', { multilabel: true }],
  ['lovasz-sigmoid', { multilabel: true, input: 'probabilities', perImage: true }],
  ['soft-jaccard', {}],
  ['cross-entropy', {}],
  ['cross-entropy', { input: 'probabilities' }],
  ['cross-entropy', { multilabel: true }],
  ['hinge', { multilabel: true }],
] as const;

/** How the kernels are to be called. */
export interface DigestOptions {
  readonly pool?: Core.WorkerPool | undefined;
  /** Makes the arrays of scores and gradients. */
  readonly allocate: (length: number) => Float32Array;
}

/**
 * Computes losses and gradients with the kernels, on made-up data that is the same everywhere.
 *
 * @returns of each loss, with each method and engine, a digest of all bits of value and gradient.
 */
export async function kernelDigests(
  { kernelLoss }: typeof Core,
  { pool, allocate }: DigestOptions,
): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const [name, options] of problems) {
    const isLovasz = name.startsWith('lovasz');
    const variants = isLovasz
      ? (['exact', 'histogram'] as const).flatMap((method) =>
          (['webassembly', 'javascript'] as const).map((engine) => ({ method, engine })),
        )
      : [{}];
    for (const variant of variants) {
      const isBinary = 'multilabel' in options;
      const { value, gradient } = kernelLoss(
        name,
        { data: scores(allocate(entries), 'input' in options), shape: [images, classes, height, width] },
        {
          data: isBinary ? labels(entries, 2) : labels(images * pixels, classes),
          shape: isBinary ? [images, classes, height, width] : [images, height, width],
        },
        { ...options, ...variant, pool, gradient: allocate(entries), ignoreIndex: 255 },
      );
      const bits = new Uint8Array(8 + 4 * gradient.data.length);
      new DataView(bits.buffer).setFloat64(0, value);
      new Float32Array(bits.buffer, 8).set(gradient.data);
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bits));
      digests[JSON.stringify([name, options, variant])] = Array.from(digest, (byte) =>
        byte.toString(16).padStart(2, '0'),
      ).join('');
    }
  }
  return digests;
}

/** Numbers in 0…1, or logits in −4…4. */
function scores(data: Float32Array, areProbabilities: boolean): Float32Array {
  for (let i = 0; i < data.length; i++) {
    const uniform = (Math.imul(i, 0x9e3779b1) >>> 8) / 2 ** 24;
    data[i] = areProbabilities ? uniform : 8 * uniform - 4;
  }
  return data;
}

/** One label in eleven is to be ignored. */
function labels(count: number, kinds: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, i) =>
    i % 11 === 0 ? 255 : (Math.imul(i, 0x85ebca6b) >>> 16) % kinds,
  );
}
