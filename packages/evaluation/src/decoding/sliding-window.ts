import type { Crop } from '../sampling/place-crop.js';
import { checkScoreMap, type ScoreMap } from './score-map.js';

/**
 * Windows that cover an image: `max(0, ⌈(size − crop) / stride⌉) + 1` along each axis; the last is moved back inside. Where
 * the image is smaller than the window, the window is as small.
 *
 * @param image - width and height
 * @param crop - width and height of a window
 * @param stride - steps along both
 * @throws RangeError when a size is no positive integer, or a stride is larger than its window and leaves gaps.
 * @example
 * slidingWindows([10, 4], [6, 4], [4, 4]); // x = 0 and x = 4
 */
export function slidingWindows(
  image: readonly [number, number],
  crop: readonly [number, number],
  stride: readonly [number, number] = crop,
): Crop[] {
  for (const [name, sizes] of Object.entries({ image, crop, stride })) {
    if (sizes.some((size) => !Number.isSafeInteger(size) || size < 1)) {
      throw new RangeError(`${name} is ${sizes.join(' × ')}; expected integers of at least 1`);
    }
  }
  if (stride.some((step, axis) => step > crop[axis]!)) {
    throw new RangeError(`stride is ${stride.join(' × ')}; expected at most the window, ${crop.join(' × ')}`);
  }
  const starts = (axis: 0 | 1) => {
    const room = Math.max(0, image[axis] - crop[axis]);
    return Array.from({ length: Math.ceil(room / stride[axis]) + 1 }, (_, step) =>
      Math.min(room, step * stride[axis]),
    );
  };
  const [width, height] = [Math.min(image[0], crop[0]), Math.min(image[1], crop[1])];
  return starts(1).flatMap((y) => starts(0).map((x) => ({ x, y, width, height })));
}

/**
 * Mean of the scores that windows give for each pixel.
 *
 * @param predict - gives the scores of a window, of its size
 * @throws RangeError when a prediction has another size or other classes.
 * @example
 * const scores = await predictBySlidingWindow((crop) => network(cropped(image, crop)), [2048, 1024], [769, 769], [513, 513]);
 */
export async function predictBySlidingWindow(
  predict: (crop: Crop) => ScoreMap | Promise<ScoreMap>,
  image: readonly [number, number],
  crop: readonly [number, number],
  stride: readonly [number, number] = crop,
): Promise<ScoreMap> {
  const [width, height] = image;
  const coverage = new Uint32Array(width * height);
  let [sum, numClasses] = [new Float64Array(0), 0];
  for (const [place, window] of slidingWindows(image, crop, stride).entries()) {
    const scores = await predict(window);
    checkScoreMap(scores);
    if (place === 0) {
      numClasses = scores.numClasses;
      sum = new Float64Array(numClasses * width * height);
    }
    if (
      scores.numClasses !== numClasses ||
      scores.width !== window.width ||
      scores.height !== window.height
    ) {
      throw new RangeError(
        `the window at ${window.x}, ${window.y} has ${scores.numClasses} × ${scores.height} × ${scores.width} scores; ` +
          `expected ${numClasses} × ${window.height} × ${window.width}`,
      );
    }
    for (let y = 0; y < window.height; y++) {
      for (let x = 0; x < window.width; x++) {
        const pixel = (window.y + y) * width + window.x + x;
        coverage[pixel]!++;
        for (let id = 0; id < numClasses; id++) {
          sum[id * width * height + pixel]! += scores.data[(id * window.height + y) * window.width + x]!;
        }
      }
    }
  }
  const data = Float32Array.from(sum, (each, at) => each / coverage[at % coverage.length]!);
  return { width, height, numClasses, data };
}
