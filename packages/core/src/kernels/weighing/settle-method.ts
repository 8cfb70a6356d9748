import type { JaccardMethod } from '../../jaccard/jaccard-method.js';

/**
 * The number of pixels in one binary problem from which counting is faster than sorting: below it, passing over the
 * bins costs more than passing over the pixels.
 */
const pixelsWorthCounting = 1 << 14;

/** The method itself, `auto` settled for problems of that many pixels. */
export function settleMethod(method: JaccardMethod, pixels: number): 'exact' | 'histogram' {
  if (method !== 'auto') return method;
  return pixels < pixelsWorthCounting ? 'exact' : 'histogram';
}

/** @throws TypeError when it is not one of the methods. */
export function checkMethod(method: JaccardMethod): void {
  if (!['auto', 'exact', 'histogram'].includes(method)) {
    throw new TypeError(`method is ${JSON.stringify(method)}; expected "auto", "exact" or "histogram"`);
  }
}
