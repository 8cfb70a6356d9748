import { checkSameLength } from './check-same-length.js';

/** How many pixels are foreground, and how many of either kind are in a set of mispredictions. */
export function countMispredictions(foreground: ArrayLike<number>, mispredicted: ArrayLike<number>) {
  checkSameLength('mispredictions', mispredicted, 'foreground', foreground);
  let total = 0;
  let missed = 0;
  let added = 0;
  for (let pixel = 0; pixel < foreground.length; pixel++) {
    const isForeground = foreground[pixel] !== 0;
    if (isForeground) total += 1;
    if (mispredicted[pixel] === 0) continue;
    if (isForeground) missed += 1;
    else added += 1;
  }
  return { total, missed, added };
}
