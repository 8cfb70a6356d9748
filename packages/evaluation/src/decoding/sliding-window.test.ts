import { describe, expect, test } from '@jest/globals';
import * as fastCheck from 'fast-check';
import { predictAugmented } from './augmented-prediction.js';
import { mirror, resize, type ScoreMap } from './score-map.js';
import { predictBySlidingWindow, slidingWindows } from './sliding-window.js';

const size = fastCheck.integer({ min: 1, max: 20 });

/** Two classes whose scores say which pixel it is. */
function map(width: number, height: number): ScoreMap {
  const data = Float32Array.from({ length: 2 * width * height }, (_, at) => at);
  return { width, height, numClasses: 2, data };
}

function crop(
  scores: ScoreMap,
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
) {
  const data = Array.from({ length: 2 * width * height }, (_, at) => {
    const [id, row, column] = [
      Math.floor(at / (width * height)),
      Math.floor(at / width) % height,
      at % width,
    ];
    return scores.data[(id * scores.height + y + row) * scores.width + x + column]!;
  });
  return { width, height, numClasses: 2, data };
}

describe('slidingWindows', () => {
  test('as many as the formula says, inside, and over every pixel', () => {
    fastCheck.assert(
      fastCheck.property(size, size, size, fastCheck.nat(19), (length, height, window, step) => {
        const stride = (step % window) + 1;
        const windows = slidingWindows([length, height], [window, window], [stride, stride]);
        const count = (all: number) => Math.floor(Math.max(all - window + stride - 1, 0) / stride) + 1;
        expect(windows).toHaveLength(count(length) * count(height));
        const covered = new Uint8Array(length * height);
        for (const { x, y, width, height: rows } of windows) {
          expect([x >= 0, y >= 0, x + width <= length, y + rows <= height]).toEqual([true, true, true, true]);
          for (let row = y; row < y + rows; row++)
            covered.fill(1, row * length + x, row * length + x + width);
        }
        expect(covered.every((each) => each === 1)).toBe(true);
      }),
    );
  });

  test('refuses a stride that leaves gaps', () => {
    expect(() => slidingWindows([9, 9], [2, 2], [3, 2])).toThrow(
      'stride is 3 × 2; expected at most the window, 2 × 2',
    );
    expect(() => slidingWindows([9, 0], [2, 2])).toThrow('image is 9 × 0');
  });
});

describe('predictBySlidingWindow', () => {
  test('windows that see the same give it back, whatever overlaps', async () => {
    const whole = map(11, 7);
    const joined = await predictBySlidingWindow((window) => crop(whole, window), [11, 7], [4, 3], [3, 2]);
    expect(joined.data).toEqual(whole.data);
  });

  test('refuses a prediction of another size', async () => {
    await expect(predictBySlidingWindow(() => map(3, 3), [5, 5], [4, 4])).rejects.toThrow(
      'the window at 0, 0 has 2 × 3 × 3 scores; expected 2 × 4 × 4',
    );
  });
});

describe('mirror and resize', () => {
  test('a mirror of a mirror is the image', () => {
    expect(Array.from(mirror(mirror(map(5, 3))).data)).toEqual(Array.from(map(5, 3).data));
  });

  test('resizing interpolates between centres, and keeps what is even', () => {
    const ramp = { width: 2, height: 1, numClasses: 1, data: [0, 1] };
    expect(Array.from(resize(ramp, 4, 2).data)).toEqual([0, 0.25, 0.75, 1, 0, 0.25, 0.75, 1]);
    expect(Array.from(resize({ ...ramp, data: [3, 3] }, 5, 5).data)).toEqual(new Array(25).fill(3));
    expect(() => resize({ ...ramp, data: [1] }, 2, 2)).toThrow('expected 1 classes × 1 × 2');
  });
});

describe('predictAugmented', () => {
  test('a network that sees mirrored images mirrors its output, and scales are resized', async () => {
    const calls: string[] = [];
    const { data } = await predictAugmented(
      (scale, isMirrored) => {
        calls.push(`${scale} ${isMirrored}`);
        const seen = {
          width: 4 * scale,
          height: 2 * scale,
          numClasses: 1,
          data: new Array(8 * scale * scale).fill(0),
        };
        seen.data[0] = 8;
        return isMirrored ? mirror(seen) : seen;
      },
      { width: 4, height: 2, scales: [1, 0.5], mirrored: true },
    );
    expect(calls).toEqual(['1 false', '1 true', '0.5 false', '0.5 true']);
    expect(data[0]).toBe(8);
    expect(data[3]).toBe(0);
    expect(data[7]).toBe(0);
  });

  test('refuses scales that are none', async () => {
    await expect(predictAugmented(() => map(1, 1), { width: 1, height: 1, scales: [0] })).rejects.toThrow(
      'scales is [0]',
    );
  });
});
