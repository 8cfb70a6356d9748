import type { InputKind } from '../losses/options.js';

const bitsOfOne = 0x3f800000;
const exponentMask = 0x7f800000;

/**
 * Whether float32 scores from `start` to `end` are surely right: finite logits, or probabilities in 0…1. It reads
 * integers and has no branch; a probability of −0 makes it false too.
 */
export function areSurelyRight(scores: Float32Array, kind: InputKind, start: number, end: number): boolean {
  const bits = new Int32Array(scores.buffer, scores.byteOffset, scores.length);
  // Two entries at a time: their chains of operations run side by side.
  const paired = end - ((end - start) % 2);
  let even = 0;
  let odd = 0;
  if (kind === 'probabilities') {
    for (let i = start; i < paired; i += 2) {
      const first = bits[i]!;
      const second = bits[i + 1]!;
      even |= first | (bitsOfOne - first);
      odd |= second | (bitsOfOne - second);
    }
    if (paired < end) even |= bits[paired]! | (bitsOfOne - bits[paired]!);
  } else {
    for (let i = start; i < paired; i += 2) {
      even |= exponentMask - 1 - (bits[i]! & exponentMask);
      odd |= exponentMask - 1 - (bits[i + 1]! & exponentMask);
    }
    if (paired < end) even |= exponentMask - 1 - (bits[paired]! & exponentMask);
  }
  return (even | odd) >= 0;
}
