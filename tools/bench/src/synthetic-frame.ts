import { cityscapesLabels } from '@lovasz/evaluation';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A frame like those of street scenes: regions of one class, instances in some of them, and a network's mistakes. */
export interface SyntheticFrame {
  readonly width: number;
  readonly height: number;
  /** Train ids, and 255 for void. */
  readonly labels: Uint8Array;
  readonly predictions: Uint8Array;
  /** The same as label ids of Cityscapes. */
  readonly labelIds: Uint8Array;
  readonly predictedIds: Uint8Array;
  readonly instanceIds: Int32Array;
}

const trainIds = Array.from(cityscapesLabels.keys()).filter((id) => !cityscapesLabels[id]!.isIgnored);

/** Draws a frame: rectangles over each other; predictions are shifted by a few pixels and wrong in spots. */
export function createSyntheticFrame(width: number, height: number, seed = 1): SyntheticFrame {
  const random = xoroshiro128plus(seed);
  const draw = (below: number) => uniformInt(random, 0, below - 1);
  const labels = new Uint8Array(width * height);
  const instanceIds = new Int32Array(width * height).fill(trainIds[0]!);
  const wrong = new Uint8Array(width * height).fill(255);
  const paint = (size: number, each: (pixel: number) => void) => {
    const [w, h] = [
      1 + draw(Math.max(1, Math.floor(width / size))),
      1 + draw(Math.max(1, Math.floor(height / size))),
    ];
    const [left, top] = [draw(width), draw(height)];
    for (let y = top; y < Math.min(height, top + h); y++) {
      for (let x = left; x < Math.min(width, left + w); x++) each(y * width + x);
    }
  };
  for (let region = 0; region < 120; region++) {
    // One of twenty regions is void.
    const id = draw(20) === 0 ? 255 : draw(trainIds.length);
    const labelId = id === 255 ? 0 : trainIds[id]!;
    const hasInstances = cityscapesLabels[labelId]!.averageSize !== undefined;
    paint(region < 20 ? 2 : 8, (pixel) => {
      labels[pixel] = id;
      instanceIds[pixel] = hasInstances ? labelId * 1000 + 1 + region : labelId;
    });
  }
  for (let spot = 0; spot < 200; spot++) {
    const id = draw(trainIds.length);
    paint(40, (pixel) => (wrong[pixel] = id));
  }
  const predictions = labels.map((_, pixel) => {
    const seen = wrong[pixel] === 255 ? labels[Math.min(labels.length - 1, pixel + 2)]! : wrong[pixel]!;
    return seen === 255 ? 0 : seen;
  });
  const toId = (id: number) => (id === 255 ? 0 : trainIds[id]!);
  return {
    width,
    height,
    labels,
    predictions,
    labelIds: labels.map(toId),
    predictedIds: predictions.map(toId),
    instanceIds,
  };
}
