import { kernelJaccardWeights } from '@lovasz/core';
import { broadcastTo, engine, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { jaccardWeightsOnWebgpu } from '../webgpu/evaluate-on-webgpu.js';

/**
 * The Lovász weights of every row, `[..., pixels]`: where they are computed depends on the backend that is set.
 *
 * @param valid broadcasts to the shape of the errors.
 */
export function jaccardWeights(errors: Tensor, foreground: Tensor, valid: Tensor): Tensor {
  if (engine().backendName === 'webgpu') return jaccardWeightsOnWebgpu(errors, foreground, valid);
  const mask = broadcastTo(valid, errors.shape as [number]);
  const [rows, labels, masks] = [errors, foreground, mask].map((each) => each.dataSync() as Float32Array) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const pixels = errors.shape.at(-1)!;
  const weights = new Float32Array(rows.length);
  for (let start = 0; start < rows.length; start += pixels) {
    const row = (entries: Float32Array) => entries.subarray(start, start + pixels);
    weights.set(kernelJaccardWeights(row(rows), row(labels), { valid: row(masks), method: 'exact' }), start);
  }
  return tensor(weights, errors.shape, 'float32');
}
