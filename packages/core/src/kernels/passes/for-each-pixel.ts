import { ignoredLabel } from '../engines/engine.js';
import { binaryProblem, type Weighting } from './weighting.js';

/**
 * Calls `visit` for every pixel of one binary problem in its order, with the pixel's place among the scores and whether it
 * is foreground (1), background (0) or ignored (undefined).
 */
export function forEachPixel(
  weighting: Weighting,
  q: number,
  visit: (place: number, label: 0 | 1 | undefined) => void,
): void {
  const problem = binaryProblem(weighting, q);
  const { data } = weighting.labels;
  for (let image = 0; image < problem.images; image++) {
    let place = problem.origin + image * problem.imageStride;
    let labelPlace = problem.labelOrigin + image * problem.labelImageStride;
    for (let pixel = 0; pixel < problem.pixels; pixel++) {
      const label = data[labelPlace]!;
      visit(place, label === problem.label ? 1 : label === ignoredLabel ? undefined : 0);
      place += problem.pixelStride;
      labelPlace += problem.labelPixelStride;
    }
  }
}
