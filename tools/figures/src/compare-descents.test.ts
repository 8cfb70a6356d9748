import { expect, test } from '@jest/globals';
import { compareDescents } from './compare-descents.js';

test('every method starts at the loss of scores 0 and ends far below; the proximal one with momentum is lowest', () => {
  const descents = compareDescents();
  const last = Object.fromEntries(descents.map(({ method, losses }) => [method, losses.at(-1)!]));
  for (const { losses } of descents) {
    expect(losses[0]).toBe(1);
    expect(losses.at(-1)).toBeLessThan(0.25);
  }
  expect(Math.min(...Object.values(last))).toBe(last['proximal, momentum 0.9']);
});
