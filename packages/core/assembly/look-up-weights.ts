import { binAddresses, foregroundShift, ignore, ignoredOf, signedErrors } from './errors';

/** Bytes of entries whose products are summed in float32, in eight lanes: rounding stays below that of the entries. */
const stripBytes: usize = 256;

/**
 * Writes the weights of the bins of a block's signed errors.
 *
 * @param block entries, `labels` their labels; filled up to a multiple of 8 with ignored pixels.
 * @param label that of foreground.
 * @param weights those of background, then those of foreground, which are negative.
 * @param target where the weights of the pixels go; may be `block`.
 * @returns Σ weight · signed error, of which none is negative.
 */
export function lookUpWeights(
  block: usize,
  labels: usize,
  length: i32,
  label: i32,
  isProbability: bool,
  hasIgnored: bool,
  weights: usize,
  target: usize,
): f64 {
  const ofClass = i16x8.splat(<i16>label);
  const shift = foregroundShift(isProbability);
  const table = i32x4.splat(<i32>weights);
  let sums = f64x2.splat(0);
  const end = block + ((<usize>length) << 2);
  let labelsAt = labels;
  let to = target;
  let at = block;
  while (at < end) {
    const stripEnd = min(end, at + stripBytes);
    let lowerStrip = f32x4.splat(0);
    let upperStrip = f32x4.splat(0);
    for (; at < stripEnd; at += 32, labelsAt += 16, to += 32) {
      const eight = v128.load(labelsAt);
      const foreground = i16x8.eq(eight, ofClass);
      let lowerErrors = signedErrors(v128.load(at), i32x4.extend_low_i16x8_s(foreground), shift);
      let upperErrors = signedErrors(v128.load(at, 16), i32x4.extend_high_i16x8_s(foreground), shift);
      let lowerAddresses = binAddresses(lowerErrors, table);
      let upperAddresses = binAddresses(upperErrors, table);
      if (hasIgnored) {
        const ignored = ignoredOf(eight);
        const lowerIgnored = i32x4.extend_low_i16x8_s(ignored);
        const upperIgnored = i32x4.extend_high_i16x8_s(ignored);
        lowerAddresses = binAddresses(ignore(lowerErrors, lowerIgnored), table);
        upperAddresses = binAddresses(ignore(upperErrors, upperIgnored), table);
        // 0 · ∞ is not 0.
        lowerErrors = v128.andnot(lowerErrors, lowerIgnored);
        upperErrors = v128.andnot(upperErrors, upperIgnored);
      }
      const lower = loadFour(lowerAddresses);
      const upper = loadFour(upperAddresses);
      v128.store(to, lower);
      v128.store(to, upper, 16);
      lowerStrip = f32x4.add(lowerStrip, f32x4.mul(lower, lowerErrors));
      upperStrip = f32x4.add(upperStrip, f32x4.mul(upper, upperErrors));
    }
    const strip = f32x4.add(lowerStrip, upperStrip);
    sums = f64x2.add(sums, f64x2.promote_low_f32x4(strip));
    sums = f64x2.add(sums, f64x2.promote_low_f32x4(v128.shuffle<i64>(strip, strip, 1, 1)));
  }
  return f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
}

function loadFour(addresses: v128): v128 {
  const lower = i64x2.extract_lane(addresses, 0);
  const upper = i64x2.extract_lane(addresses, 1);
  let four = v128.load32_zero(<usize>(<u32>lower));
  four = v128.load_lane<f32>(<usize>(lower >>> 32), four, 1);
  four = v128.load_lane<f32>(<usize>(<u32>upper), four, 2);
  return v128.load_lane<f32>(<usize>(upper >>> 32), four, 3);
}
