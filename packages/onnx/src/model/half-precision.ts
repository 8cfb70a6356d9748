/** Half precision in 16 bits: what leaves no more than 11 (float16) or 8 (bfloat16) significant bits. */
export type HalfType = 'float16' | 'bfloat16';

const scratch = new DataView(new ArrayBuffer(4));

/** The 16 bits of a number, rounded to nearest, ties to even; infinite where the type ends. */
export function halfOf(type: HalfType, value: number): number {
  return type === 'float16' ? float16Of(value) : bfloat16Of(value);
}

/** The number of 16 bits. */
export function numberOfHalf(type: HalfType, bits: number): number {
  if (type === 'bfloat16') {
    scratch.setUint32(0, bits * 2 ** 16);
    return scratch.getFloat32(0);
  }
  const sign = bits >> 15 === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** The largest finite number of the type. */
export const largestHalf: Readonly<Record<HalfType, number>> = {
  float16: 65504,
  bfloat16: (2 - 2 ** -7) * 2 ** 127,
};

function bfloat16Of(value: number): number {
  scratch.setFloat32(0, value);
  const bits = scratch.getUint32(0);
  if (Number.isNaN(value)) return (bits >>> 16) | 64;
  const upper = bits >>> 16;
  const lower = bits & 0xffff;
  const up = lower > 0x8000 || (lower === 0x8000 && (upper & 1) === 1);
  return up ? upper + 1 : upper;
}

function float16Of(value: number): number {
  const sign = Object.is(value, -0) || value < 0 ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  // Halfway between the largest number and the next power of two rounds up.
  if (size >= 65520) return sign | 0x7c00;
  if (size < 2 ** -24 / 2) return sign;
  const exponent = Math.max(Math.floor(Math.log2(size)), -14);
  // A logarithm may round up to the next power of two.
  const scale = 2 ** (exponent - 10);
  const steps = roundToEven(size / scale);
  // Steps of 1024 or more carry the exponent's bit; 2048 moves to the next one by itself.
  return sign | (steps + ((exponent + 14) << 10));
}

function roundToEven(value: number): number {
  const lower = Math.floor(value);
  const rest = value - lower;
  return rest > 0.5 || (rest === 0.5 && lower % 2 === 1) ? lower + 1 : lower;
}
