import type { PixelLayout } from './pixel-layout.js';

/** Allocates memory of the call, shared between threads or not. */
export type Allocate = (bytes: number) => ArrayBuffer | SharedArrayBuffer;

/** The label of a pixel that is ignored. */
export const ignoredLabel = 0xffff;

/** The labels of a batch, and where those of a binary problem lie in them. */
export interface PixelLabels {
  /** The class of each pixel, or 1 for foreground and 0 for background of binary labels; or {@link ignoredLabel}. */
  readonly data: Uint16Array;
  /** Whether `data` has the layout of the scores; otherwise it is `[images, pixels]`. */
  readonly areBinary: boolean;
  /** By group · classes + class, the number of foreground pixels and of pixels that are not ignored. */
  readonly foreground: Float64Array;
  readonly valid: Float64Array;
  /** Whether any pixel is ignored. */
  readonly hasIgnored: boolean;
}

/** What makes a pixel ignored: its label, or 0 in the mask. */
export interface Ignored {
  readonly ignoreIndex: number | undefined;
  readonly mask: ArrayLike<number> | undefined;
}

/**
 * Labels that are class ids, `[images, pixels]`; every label of a pixel that counts is a class.
 *
 * @param groups images, or 1 for the batch as a whole.
 */
export function classLabels(
  labels: ArrayLike<number>,
  { ignoreIndex, mask }: Ignored,
  { images, classes, pixels }: PixelLayout,
  groups: number,
  allocate: Allocate,
): PixelLabels {
  const data = new Uint16Array(allocate(2 * labels.length));
  const foreground = new Float64Array(groups * classes);
  const valid = new Float64Array(groups * classes);
  const length = (images / groups) * pixels;
  const counts = new Uint32Array(ignoredLabel + 1);
  let hasIgnored = false;
  for (let group = 0; group < groups; group++) {
    counts.fill(0);
    for (let pixel = group * length; pixel < (group + 1) * length; pixel++) {
      const isIgnored = labels[pixel] === ignoreIndex || mask?.[pixel] === 0;
      const label = isIgnored ? ignoredLabel : labels[pixel]!;
      data[pixel] = label;
      counts[label] = counts[label]! + 1;
    }
    hasIgnored ||= counts[ignoredLabel]! > 0;
    foreground.set(counts.subarray(0, classes), group * classes);
    valid.fill(length - counts[ignoredLabel]!, group * classes, (group + 1) * classes);
  }
  return { data, areBinary: false, foreground, valid, hasIgnored };
}

/** Binary labels, of the layout of the scores; every label of a pixel that counts is 0 or 1. */
export function binaryLabels(
  labels: ArrayLike<number>,
  { ignoreIndex, mask }: Ignored,
  { images, classes, pixels, imageStride, classStride, pixelStride }: PixelLayout,
  groups: number,
  allocate: Allocate,
): PixelLabels {
  const data = new Uint16Array(allocate(2 * labels.length));
  let hasIgnored = false;
  for (let place = 0; place < data.length; place++) {
    const isIgnored = labels[place] === ignoreIndex || mask?.[place] === 0;
    hasIgnored ||= isIgnored;
    data[place] = isIgnored ? ignoredLabel : labels[place]!;
  }
  const foreground = new Float64Array(groups * classes);
  const valid = new Float64Array(groups * classes);
  for (let image = 0; image < images; image++) {
    for (let id = 0; id < classes; id++) {
      let ones = 0;
      let ignored = 0;
      let place = image * imageStride + id * classStride;
      for (let pixel = 0; pixel < pixels; pixel++, place += pixelStride) {
        if (data[place] === 1) ones += 1;
        else if (data[place] === ignoredLabel) ignored += 1;
      }
      const problem = (groups === 1 ? 0 : image * classes) + id;
      foreground[problem] = foreground[problem]! + ones;
      valid[problem] = valid[problem]! + pixels - ignored;
    }
  }
  return { data, areBinary: true, foreground, valid, hasIgnored };
}

/** Binary labels with foreground and background exchanged. */
export function invertLabels(
  { data, foreground, valid, hasIgnored }: PixelLabels,
  allocate: Allocate,
): PixelLabels {
  const inverted = new Uint16Array(allocate(2 * data.length));
  data.forEach((label, place) => (inverted[place] = label === ignoredLabel ? label : 1 - label));
  return {
    data: inverted,
    areBinary: true,
    foreground: valid.map((count, problem) => count - foreground[problem]!),
    valid,
    hasIgnored,
  };
}
