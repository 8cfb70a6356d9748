import { createHash } from 'node:crypto';
import { uniformFloat32 } from 'pure-rand/distribution/uniformFloat32';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/**
 * Fills `target` with uniform numbers in [0, 1) that depend on nothing but `seed`, `step` and `stream`: a resumed run
 * draws what the interrupted one would have drawn, without any state to save.
 */
export function fillUniform(target: Float32Array, seed: number, step: number, stream: number): void {
  const digest = createHash('sha256')
    .update(JSON.stringify([seed, step, stream]))
    .digest();
  const generator = xoroshiro128plusFromState([0, 4, 8, 12].map((offset) => digest.readInt32LE(offset)));
  for (let entry = 0; entry < target.length; entry++) target[entry] = uniformFloat32(generator);
}
