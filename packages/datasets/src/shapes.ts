import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { checkInteger } from './check-integer.js';
import type { SegmentationDataset, SegmentationSample } from './dataset.js';
import { randomFor, uniform, type RandomGenerator } from './random.js';

type Color = readonly [number, number, number];

/** Signed distance in pixels from a point to the outline of a shape of the given radius: negative inside. */
type Distance = (x: number, y: number, radius: number) => number;

interface ShapeClass {
  readonly name: string;
  /** Colour for display, and the one that the drawn colours lean to. */
  readonly color: Color;
  /** How often the class is drawn, relative to the others. */
  readonly frequency: number;
  /** Smallest and largest radius, relative to the shorter side of the image. */
  readonly radius: readonly [number, number];
  readonly distance: Distance;
}

const shapeClasses: readonly ShapeClass[] = [
  { name: 'disc', color: [214, 72, 60], frequency: 5, radius: [0.14, 0.28], distance: disc },
  { name: 'square', color: [72, 120, 208], frequency: 5, radius: [0.18, 0.34], distance: regularPolygon(4) },
  {
    name: 'triangle',
    color: [240, 176, 60],
    frequency: 5,
    radius: [0.16, 0.32],
    distance: regularPolygon(3),
  },
  // Small, thin and rare: pixel accuracy hardly notices it, mean IoU does.
  { name: 'ring', color: [80, 176, 112], frequency: 3, radius: [0.1, 0.16], distance: ring },
];

const background = { name: 'background', color: [70, 70, 78] } as const;
const ignoreIndex = 255;
const splits = ['train', 'val'] as const;

/** Half the width in pixels of the void border along each outline. */
const borderHalfWidth = 0.75;
/** How far drawn colours lean to the colour of their class: 0 is none of the way, 1 all of it. */
const colorLean = 0.55;
const smallestSide = 16;

/** Options of {@link shapes}. */
export interface ShapesOptions {
  /** Samples of `'train'` and `'val'` are drawn apart from each other. Default `'train'`. */
  readonly split?: 'train' | 'val';
  /** Number of samples. */
  readonly length: number;
  /** Default 64; at least 16. */
  readonly width?: number;
  /** Default 64; at least 16. */
  readonly height?: number;
  /** Any integer. Default 0. */
  readonly seed?: number;
}

/**
 * Generated images of discs, squares, triangles and rings over a background: a data set that needs no file.
 *
 * Two to five shapes overlap in each image, at any place, size and angle. All surfaces have random colours, stripes and
 * noise. The colours lean to the class but overlap, so that the outline has to be learnt. Rings are small and rare. Along
 * each outline runs a thin void border (255). A sample depends on (seed, split, index, width, height) alone.
 *
 * @throws RangeError when the split is unknown, or `length`, `width`, `height` or `seed` is out of range.
 * @example
 * const train = shapes({ split: 'train', length: 512, seed: 7 });
 * const { image, labels } = await train.sample(0);
 */
export function shapes({
  split = 'train',
  length,
  width = 64,
  height = 64,
  seed = 0,
}: ShapesOptions): SegmentationDataset {
  if (!splits.includes(split)) {
    throw new RangeError(`split is ${String(split)}; expected one of ${splits.join(', ')}`);
  }
  checkInteger('length', length, 1);
  checkInteger('width', width, smallestSide);
  checkInteger('height', height, smallestSide);
  checkInteger('seed', seed, Number.MIN_SAFE_INTEGER);
  return {
    name: `shapes/${split}`,
    classes: [background, ...shapeClasses].map(({ name }) => name),
    colors: [background, ...shapeClasses].map(({ color }) => color),
    ignoreIndex,
    length,
    async sample(index) {
      checkInteger('index', index, 0, length - 1);
      return draw(`${split}-${index}`, width, height, randomFor(seed, 'shapes', split, index));
    },
  };
}

function draw(id: string, width: number, height: number, random: RandomGenerator): SegmentationSample {
  const image = new Uint8Array(width * height * 3);
  const labels = new Uint8Array(width * height);
  const paintBackground = surface(background.color, random);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) paintBackground(image, y * width + x, x, y, 1);
  }
  const count = uniformInt(random, 2, 5);
  for (let drawn = 0; drawn < count; drawn++) {
    const label = drawClass(random);
    const { color, radius: range, distance } = shapeClasses[label - 1]!;
    const radius = uniform(random, ...range) * Math.min(width, height);
    const centerX = uniform(random, 0, width);
    const centerY = uniform(random, 0, height);
    const angle = uniform(random, 0, 2 * Math.PI);
    const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
    const paint = surface(color, random);
    const reach = radius + 1;
    for (let y = Math.max(0, Math.ceil(centerY - reach)); y < Math.min(height, centerY + reach); y++) {
      for (let x = Math.max(0, Math.ceil(centerX - reach)); x < Math.min(width, centerX + reach); x++) {
        const [dx, dy] = [x - centerX, y - centerY];
        const depth = distance(cosine * dx + sine * dy, cosine * dy - sine * dx, radius);
        const pixel = y * width + x;
        const coverage = Math.min(1, Math.max(0, 0.5 - depth));
        if (coverage > 0) paint(image, pixel, x, y, coverage);
        if (depth < -borderHalfWidth) labels[pixel] = label;
        else if (depth <= borderHalfWidth) labels[pixel] = ignoreIndex;
      }
    }
  }
  return { id, width, height, image, labels };
}

/** A class id from 1, drawn by frequency. */
function drawClass(random: RandomGenerator): number {
  const total = shapeClasses.reduce((sum, { frequency }) => sum + frequency, 0);
  let rest = uniformInt(random, 0, total - 1);
  return 1 + shapeClasses.findIndex(({ frequency }) => (rest -= frequency) < 0);
}

/** A painter of striped, noisy pixels in a random colour that leans to the given one. */
function surface(lean: Color, random: RandomGenerator) {
  const color = lean.map((channel) => colorLean * channel + (1 - colorLean) * uniform(random, 30, 225));
  const amplitude = uniform(random, 4, 20);
  const period = uniform(random, 4, 16);
  const angle = uniform(random, 0, Math.PI);
  const [stepX, stepY] = [Math.cos(angle), Math.sin(angle)].map((step) => (2 * Math.PI * step) / period) as [
    number,
    number,
  ];
  return (image: Uint8Array, pixel: number, x: number, y: number, coverage: number): void => {
    const stripe = amplitude * Math.sin(stepX * x + stepY * y);
    for (let channel = 0; channel < 3; channel++) {
      const at = 3 * pixel + channel;
      const value = Math.min(255, Math.max(0, color[channel]! + stripe + uniform(random, -20, 20)));
      image[at] = Math.round(image[at]! + coverage * (value - image[at]!));
    }
  };
}

function disc(x: number, y: number, radius: number): number {
  return Math.hypot(x, y) - radius;
}

/** The radius is that of the outer circle; the stroke takes half of it. */
function ring(x: number, y: number, radius: number): number {
  return Math.abs(Math.hypot(x, y) - 0.75 * radius) - 0.25 * radius;
}

/** A polygon whose corners lie on the circle; beyond a corner the distance is that to the nearer edge's line. */
function regularPolygon(sides: number): Distance {
  const apothem = Math.cos(Math.PI / sides);
  const normals = Array.from({ length: sides }, (_, side) => (2 * Math.PI * side) / sides).map(
    (angle) => [Math.cos(angle), Math.sin(angle)] as const,
  );
  return (x, y, radius) =>
    Math.max(...normals.map(([cosine, sine]) => cosine * x + sine * y)) - apothem * radius;
}
