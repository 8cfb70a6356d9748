import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { StepSettings } from './step-settings.js';

/** The label that no loss counts. */
export const ignoreIndex = 255;

/** Images [batch, 3, height, width] in [0, 1) and labels [batch, height, width], one in twenty of them void. */
export function syntheticBatch({
  batch,
  width,
  height,
  classes,
}: Pick<StepSettings, 'batch' | 'width' | 'height' | 'classes'>): {
  images: Float32Array;
  labels: Int32Array;
} {
  const random = xoroshiro128plus(1);
  const pixels = batch * height * width;
  return {
    images: Float32Array.from({ length: pixels * 3 }, () => uniformFloat64(random)),
    labels: Int32Array.from({ length: pixels }, () =>
      uniformFloat64(random) < 0.05 ? ignoreIndex : uniformInt(random, 0, classes - 1),
    ),
  };
}
