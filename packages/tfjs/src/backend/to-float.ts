import { cast, engine, mul, type Tensor } from '@tensorflow/tfjs-core';

/**
 * Integers and booleans as float32.
 *
 * On WebGPU a cast only gives the buffer of integers another name, which transpositions and sums then read as it is not;
 * arithmetic converts it.
 */
export function toFloat(x: Tensor): Tensor {
  const named = cast(x, 'float32');
  return engine().backendName === 'webgpu' ? mul(named, 1) : named;
}
