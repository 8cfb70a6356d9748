import { expect, test } from '@jest/globals';
import { surfaceFigure } from './surface-figure.js';

test('draws the four ground truths with the values at their vertices', () => {
  const svg = surfaceFigure(
    {
      surface: ([first], [x]) => first! + x!,
      domain: [0, 1],
      thresholds: [0.5, 1.5],
      colorDomain: [0, 2],
      labels: ['first', 'second'],
      vertices: [{ point: [0.5, 0.5], wrong: [1, 0] }],
    },
    ([first], [wrong]) => first! / 4 + wrong! / 2,
  );
  expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  for (const truth of ['−1, −1', '−1, +1', '+1, −1', '+1, +1'])
    expect(svg).toContain(`ground truth ${truth}`);
  expect(svg.match(/>0\.5</g)).toHaveLength(2);
  expect(svg.match(/>0\.75</g)).toHaveLength(2);
});
