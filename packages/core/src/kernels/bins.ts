/**
 * Bits of a float32 error that do not tell bins apart. What is left is the exponent and the 10 highest bits of the
 * fraction: 130,049 bins in 0…1, each 2⁻¹⁰ of its own lower edge wide. Measured at probabilities of a trained network,
 * one bit less makes the errors of loss and gradient 3 to 4 times as large; one more doubles what a problem costs
 * whatever its size.
 */
export const droppedBits = 13;

const scratch = new Float32Array(1);
const scratchBits = new Int32Array(scratch.buffer);

/** The bits of an error ≥ 0, which order as the errors do; those of −0 are 0. */
export function bitsOf(error: number): number {
  scratch[0] = error;
  return scratchBits[0]! & 0x7fffffff;
}

/** The bin of those bits. Bin 0 is left to entries that are no pixels. */
export function binOf(bits: number): number {
  return (bits >>> droppedBits) + 1;
}

/** The number of bins up to that of an error of 1, and up to that of any error. */
export const probabilityBins = binOf(bitsOf(1)) + 1;
export const allBins = binOf(0x7fffffff) + 1;
