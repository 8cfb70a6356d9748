/**
 * Bits of a float32 error that do not tell bins apart. What is left is the sign, the exponent and the 10 highest bits of
 * the fraction: 130,049 bins in 0…1, each 2⁻¹⁰ of its own lower edge wide. Measured at probabilities of a trained
 * network, one bit less makes the errors of loss and gradient 3 to 4 times as large; one more doubles what a problem
 * costs whatever its size.
 */
export const droppedBits = 13;

const bitsOfOne = 0x3f800000;

/** The number of bins up to that of an error of 1, and up to that of any error. */
export const probabilityBins = (bitsOfOne >>> droppedBits) + 1;
export const allBins = 1 << (31 - droppedBits);
