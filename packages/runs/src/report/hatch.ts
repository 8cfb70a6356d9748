import type { Color } from './report-data.js';

const dark: Color = [72, 74, 82];
const light: Color = [112, 115, 125];

/** Diagonal stripes for pixels that are not judged: no class has a pattern, so that none is taken for it. */
export function hatch(pixel: number, width: number): Color {
  const x = pixel % width;
  const y = Math.floor(pixel / width);
  return (x + y) % 6 < 3 ? dark : light;
}
