/** 16-bit floating-point formats: IEEE 754 binary16, and the upper half of a float32. */
export type HalfFormat = 'float16' | 'bfloat16';

const exponentOfInfinity = 0x7f800000;

/**
 * The float32 numbers of 16-bit ones, exactly.
 *
 * @param bits the bit patterns.
 * @param format what they mean.
 * @param numbers where to write them, of the same length.
 * @example
 * const numbers = new Float32Array(2);
 * widenHalf(Uint16Array.of(0x3c00, 0xc100), 'float16', numbers); // 1, −2.5
 */
export function widenHalf(bits: Uint16Array, format: HalfFormat, numbers: Float32Array): void {
  const wide = new Int32Array(numbers.buffer, numbers.byteOffset, numbers.length);
  if (format === 'bfloat16') {
    for (let i = 0; i < wide.length; i++) wide[i] = bits[i]! << 16;
    return;
  }
  for (let i = 0; i < wide.length; i++) {
    const half = bits[i]!;
    const sign = (half & 0x8000) << 16;
    const fraction = (half & 0x7fff) << 13;
    if ((half & 0x7c00) === 0x7c00) {
      wide[i] = sign | exponentOfInfinity | fraction;
      continue;
    }
    // The exponent is biased by 15 instead of 127; multiplying also makes subnormal numbers right.
    wide[i] = fraction;
    numbers[i] = numbers[i]! * 2 ** 112;
    wide[i] = wide[i]! | sign;
  }
}
