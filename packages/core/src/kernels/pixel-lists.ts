import type { PixelLayout } from './pixel-layout.js';

/** Allocates memory of the call, shared between threads or not. */
export type Allocate = (bytes: number) => ArrayBuffer | SharedArrayBuffer;

/** In {@link PixelLists.classOf}, a pixel that is ignored. */
export const voidClass = 0xffff;

/**
 * The foreground and the ignored pixels of every binary problem, by their place in the scores of class 0; what is in
 * neither list is background. Places of a list ascend.
 *
 * Problem `group · classes + class` has the foreground `places[bounds[4q]] … places[bounds[4q + 1] − 1]`, and the
 * ignored pixels between `bounds[4q + 2]` and `bounds[4q + 3]`.
 */
export interface PixelLists {
  readonly places: Uint32Array;
  readonly bounds: Int32Array;
}

/**
 * Lists the pixels of labels that are class ids, `[images, pixels]`; every label is a class or `ignoreIndex`.
 *
 * @param groups images, or 1 for the batch as a whole.
 */
export function listPixelsByClass(
  labels: ArrayLike<number>,
  layout: PixelLayout,
  groups: number,
  ignoreIndex: number | undefined,
  allocate: Allocate,
): PixelLists {
  const { images, classes, pixels, imageStride, pixelStride } = layout;
  const places = new Uint32Array(allocate(4 * images * pixels));
  const bounds = new Int32Array(allocate(16 * groups * classes));
  // List `classes` is that of ignored pixels.
  const next = new Int32Array(classes + 1);
  const imagesOfGroup = images / groups;
  let listed = 0;
  for (let group = 0; group < groups; group++) {
    const first = group * imagesOfGroup * pixels;
    const last = first + imagesOfGroup * pixels;
    next.fill(0);
    for (let pixel = first; pixel < last; pixel++) {
      const label = labels[pixel]!;
      const list = label === ignoreIndex ? classes : label;
      next[list] = next[list]! + 1;
    }
    for (let list = 0; list <= classes; list++) {
      const count = next[list]!;
      next[list] = listed;
      listed += count;
      if (list < classes) bounds.set([listed - count, listed], 4 * (group * classes + list));
    }
    for (let id = 0; id < classes; id++) {
      bounds.set([next[classes]!, listed], 4 * (group * classes + id) + 2);
    }
    let pixel = first;
    for (let image = group * imagesOfGroup; image < (group + 1) * imagesOfGroup; image++) {
      let place = image * imageStride;
      for (let rest = pixels; rest > 0; rest--) {
        const label = labels[pixel]!;
        const list = label === ignoreIndex ? classes : label;
        places[next[list]!] = place;
        next[list] = next[list]! + 1;
        pixel += 1;
        place += pixelStride;
      }
    }
  }
  return { places, bounds };
}

/** Lists the pixels of binary labels, of the layout of the scores; every label is 0, 1 or `ignoreIndex`. */
export function listPixelsByLabel(
  labels: ArrayLike<number>,
  layout: PixelLayout,
  groups: number,
  ignoreIndex: number | undefined,
  allocate: Allocate,
): PixelLists {
  const { images, classes, pixels, imageStride, classStride, pixelStride } = layout;
  let length = 0;
  for (let place = 0; place < labels.length; place++) {
    if (labels[place] === 1 || labels[place] === ignoreIndex) length += 1;
  }
  const places = new Uint32Array(allocate(4 * length));
  const bounds = new Int32Array(allocate(16 * groups * classes));
  const imagesOfGroup = images / groups;
  let listed = 0;
  const list = (group: number, id: number, belongs: (label: number) => boolean): void => {
    for (let image = group * imagesOfGroup; image < (group + 1) * imagesOfGroup; image++) {
      for (let pixel = 0; pixel < pixels; pixel++) {
        const place = image * imageStride + pixel * pixelStride;
        if (!belongs(labels[place + id * classStride]!)) continue;
        places[listed] = place;
        listed += 1;
      }
    }
  };
  for (let problem = 0; problem < groups * classes; problem++) {
    const group = Math.floor(problem / classes);
    bounds[4 * problem] = listed;
    list(group, problem % classes, (label) => label === 1 && label !== ignoreIndex);
    bounds[4 * problem + 1] = listed;
    bounds[4 * problem + 2] = listed;
    list(group, problem % classes, (label) => label === ignoreIndex);
    bounds[4 * problem + 3] = listed;
  }
  return { places, bounds };
}
