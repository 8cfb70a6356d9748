/**
 * Writes the weight of each sorted pixel, from the highest error down; equal errors share their weight (see
 * `tie-weights.ts`).
 *
 * @param pixels sorted by {@link sortPixels}; bit 0 of the low half says foreground, the rest is the pixel's number.
 * @param total the number of foreground pixels.
 * @param factor of all weights.
 * @param flatAtZero whether errors of 0 have the gradient 0.
 * @param weights by pixel number, float32; negative for foreground.
 * @returns factor · Σ weight · error.
 */
export function weighSortedPixels(
  pixels: usize,
  count: i32,
  total: f64,
  factor: f64,
  flatAtZero: bool,
  weights: usize,
): f64 {
  let loss: f64 = 0;
  let union = total;
  let intersection = total;
  const last = pixels + ((<usize>count) << 3);
  for (let end = last; end > pixels;) {
    const key = load<u32>(end - 8, 4);
    let start = end;
    let positives: f64 = 0;
    do {
      start -= 8;
      positives += <f64>(load<u32>(start) & 1);
    } while (start > pixels && load<u32>(start - 8, 4) === key);
    const size = <f64>((end - start) >> 3);
    const below = union + size - positives;
    const left = intersection - positives;
    let foreground: f64 = 0;
    let background: f64 = 0;
    if (total > 0) {
      foreground = (1 / union + 1 / below) / 2;
      background = (intersection + left) / (2 * union * below);
    } else if (end === last) {
      background = 1 / size;
    }
    loss += <f64>reinterpret<f32>(key) * (positives * foreground + (size - positives) * background);
    const flat = flatAtZero && key === 0;
    const foregroundWeight = flat ? <f32>0 : <f32>(-factor * foreground);
    const backgroundWeight = flat ? <f32>0 : <f32>(factor * background);
    for (let at = start; at < end; at += 8) {
      const tag = load<u32>(at);
      store<f32>(weights + ((<usize>(tag >> 1)) << 2), tag & 1 ? foregroundWeight : backgroundWeight);
    }
    union = below;
    intersection = left;
    end = start;
  }
  return factor * loss;
}
