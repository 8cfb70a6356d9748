import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { referenceLoss } from '../reference/reference-loss.js';
import type { LossName } from '../backend/loss-call.js';

interface GoldenCase {
  readonly name: string;
  readonly loss: LossName;
  readonly value: number;
  readonly shape: readonly number[];
  readonly labelShape: readonly number[];
  readonly input: readonly number[];
  readonly labels: readonly number[];
  readonly gradient: readonly number[];
}

/** Expected values that were not computed by this project. The inputs are float32 numbers. */
const cases = JSON.parse(
  readFileSync(new URL('../../fixtures/losses.json', import.meta.url), 'utf8'),
) as readonly GoldenCase[];

test.each(cases.map((each) => [each.name, each] as const))('%s', (_, golden) => {
  const { value, gradient } = referenceLoss(
    golden.loss,
    { data: Float32Array.from(golden.input), shape: golden.shape },
    { data: golden.labels, shape: golden.labelShape },
  );
  expect(Math.abs(value - golden.value)).toBeLessThan(1e-12);
  const largest = Math.max(...golden.gradient.map(Math.abs));
  gradient.data.forEach((entry, i) => {
    expect(Math.abs(entry - golden.gradient[i]!) / largest).toBeLessThan(1e-12);
  });
});
