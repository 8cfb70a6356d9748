import { PermutohedralLattice } from './permutohedral-lattice.js';
import { checkScoreMap, type ScoreMap } from './score-map.js';

/** A term of the pairwise energy: nearby pixels, or nearby pixels of similar colour, like to have one label. */
export interface CrfKernel {
  /** Standard deviation of the distance, in pixels. */
  readonly distance: number;
  /** Standard deviation of the colour, in its own units; without it colour does not matter. */
  readonly color?: number;
  /** By how much two pixels with different labels are penalised (Potts model). */
  readonly weight: number;
}

/** Options of {@link denseCrf}. */
export interface CrfOptions {
  /** Default: distance 3 with weight 3, and distance 80, colour 13 with weight 10. */
  readonly kernels?: readonly CrfKernel[];
  /** Updates of all pixels; default 5. */
  readonly iterations?: number;
  /** `'exact'` sums over all pairs of pixels: for checks, on small images. Default `'lattice'`. */
  readonly filter?: 'lattice' | 'exact';
}

/** The image that kernels with colour look at: any number of channels, one pixel after the other. */
export interface CrfImage {
  readonly channels: number;
  readonly data: ArrayLike<number>;
}

const usual: readonly CrfKernel[] = [
  { distance: 3, weight: 3 },
  { distance: 80, color: 13, weight: 10 },
];

/**
 * The fully connected CRF with Gaussian kernels (Krähenbühl, Koltun 2011) that DeepLab refines its output with: mean field
 * `Q ← softmax(log p + Σ_m w_m K̃_m Q)`, where K̃ = N^(−½) K N^(−½), K_ij = exp(−½ |f_i − f_j|²) with i = j, and N has the row
 * sums of K. Probabilities are clipped at 1e-5. Sums are taken on a permutohedral lattice, an approximation.
 *
 * @param probabilities - of the classes, planar
 * @param image - channels × pixels numbers; needed by kernels with `color`
 * @returns the marginals Q, planar
 * @throws RangeError when sizes do not fit, or an option is out of range.
 * @example
 * const { data } = denseCrf(probabilities, { channels: 3, data: rgb });
 * const labels = argmax(data, 21);
 */
export function denseCrf(probabilities: ScoreMap, image?: CrfImage, options: CrfOptions = {}): ScoreMap {
  checkScoreMap(probabilities);
  const { width, height, numClasses, data } = probabilities;
  const { kernels = usual, iterations = 5, filter = 'lattice' } = options;
  if (!Number.isSafeInteger(iterations) || iterations < 0) {
    throw new RangeError(`iterations is ${iterations}; expected an integer of at least 0`);
  }
  if (!['lattice', 'exact'].includes(filter)) {
    throw new RangeError(`filter is ${String(filter)}; expected lattice or exact`);
  }
  const pixels = width * height;
  const messages = kernels.map((kernel) => ({
    weight: kernel.weight,
    pass: normalized(featuresOf(kernel, width, height, image), pixels, filter),
  }));
  const unary = Float64Array.from(data, (probability) => {
    if (!(probability >= 0 && probability <= 1))
      throw new RangeError(`probabilities hold ${probability}; expected 0 to 1`);
    return Math.log(Math.max(1e-5, probability));
  });
  let marginals = softmax(unary, numClasses);
  for (let iteration = 0; iteration < iterations; iteration++) {
    const logits = Float64Array.from(unary);
    for (const { weight, pass } of messages) {
      const message = pass(marginals, numClasses);
      for (let at = 0; at < logits.length; at++) logits[at]! += weight * message[at]!;
    }
    marginals = softmax(logits, numClasses);
  }
  return { width, height, numClasses, data: Float32Array.from(marginals) };
}

/** Of each pixel, its place and colour in standard deviations. */
function featuresOf(kernel: CrfKernel, width: number, height: number, image: CrfImage | undefined) {
  const { distance, color, weight } = kernel;
  for (const [name, value] of Object.entries({ distance, color: color ?? 1 })) {
    if (!(value > 0 && value < Infinity))
      throw new RangeError(`${name} is ${value}; expected a number above 0`);
  }
  if (!Number.isFinite(weight)) throw new RangeError(`weight is ${weight}; expected a number`);
  const channels = color === undefined ? 0 : (image?.channels ?? 0);
  if (color !== undefined && image?.data.length !== channels * width * height) {
    throw new RangeError(
      image === undefined
        ? 'a kernel has a colour; expected an image'
        : `image holds ${image.data.length} numbers; expected ${height} × ${width} × ${channels} channels`,
    );
  }
  const dimensions = 2 + channels;
  const features = new Float32Array(dimensions * width * height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const at = pixel * dimensions;
    features[at] = (pixel % width) / distance;
    features[at + 1] = Math.floor(pixel / width) / distance;
    for (let channel = 0; channel < channels; channel++) {
      features[at + 2 + channel] = image!.data[pixel * channels + channel]! / color!;
    }
  }
  return { features, dimensions };
}

type Filter = (values: ArrayLike<number>, channels: number) => ArrayLike<number>;

/** K̃ of a kernel: the filter, with the roots of its row sums on both sides. */
function normalized(
  { features, dimensions }: { readonly features: Float32Array; readonly dimensions: number },
  pixels: number,
  kind: 'lattice' | 'exact',
): Filter {
  const lattice = kind === 'lattice' ? new PermutohedralLattice(features, dimensions) : undefined;
  const filter: Filter =
    lattice === undefined
      ? (values, channels) => filterExactly(features, dimensions, values, channels)
      : (values, channels) => lattice.filter(values, channels);
  const roots = Float64Array.from(
    filter(new Float64Array(pixels).fill(1), 1),
    (sum) => 1 / Math.sqrt(sum + 1e-20),
  );
  return (values, channels) => {
    const scaled = Float64Array.from(values, (value, at) => value * roots[at % pixels]!);
    return Float64Array.from(filter(scaled, channels), (value, at) => value * roots[at % pixels]!);
  };
}

function filterExactly(
  features: Float32Array,
  dimensions: number,
  values: ArrayLike<number>,
  channels: number,
): Float64Array {
  const pixels = features.length / dimensions;
  const filtered = new Float64Array(channels * pixels);
  for (let i = 0; i < pixels; i++) {
    for (let j = 0; j < pixels; j++) {
      let square = 0;
      for (let axis = 0; axis < dimensions; axis++) {
        square += (features[i * dimensions + axis]! - features[j * dimensions + axis]!) ** 2;
      }
      const weight = Math.exp(-square / 2);
      for (let channel = 0; channel < channels; channel++) {
        filtered[channel * pixels + i]! += weight * values[channel * pixels + j]!;
      }
    }
  }
  return filtered;
}

function softmax(logits: Float64Array, numClasses: number): Float64Array {
  const pixels = logits.length / numClasses;
  const probabilities = new Float64Array(logits.length);
  for (let pixel = 0; pixel < pixels; pixel++) {
    let highest = -Infinity;
    for (let id = 0; id < numClasses; id++) highest = Math.max(highest, logits[id * pixels + pixel]!);
    let sum = 0;
    for (let id = 0; id < numClasses; id++) {
      const each = Math.exp(logits[id * pixels + pixel]! - highest);
      probabilities[id * pixels + pixel] = each;
      sum += each;
    }
    for (let id = 0; id < numClasses; id++) probabilities[id * pixels + pixel]! /= sum;
  }
  return probabilities;
}
