import { expect, test } from '@jest/globals';
import { sampleStart, sampleStep } from './sample-run.fixture.js';
import { createPace } from './pace.js';

test('the time left is that of the images left at the present speed', () => {
  const pace = createPace();
  pace.observe({ ...sampleStart, steps: 101, batch: 10 });
  pace.observe(sampleStep(1, 50));
  expect(pace.steps).toBe(101);
  expect(pace.imagesPerSecond).toBeCloseTo(50, 10);
  expect(pace.secondsLeft(sampleStep(1))).toBeCloseTo((100 * 10) / 50, 10);
  expect(pace.secondsLeft(sampleStep(101))).toBe(0);
});

test('one slow step moves the speed a little, a lasting change moves it all the way', () => {
  const pace = createPace();
  pace.observe(sampleStart);
  pace.observe(sampleStep(1, 100));
  pace.observe(sampleStep(2, 25));
  // Times are averaged: 0.9 / 100 + 0.1 / 25 seconds an image.
  expect(pace.imagesPerSecond).toBeCloseTo(1 / 0.013, 10);
  for (let step = 3; step < 200; step++) pace.observe(sampleStep(step, 25));
  expect(pace.imagesPerSecond).toBeCloseTo(25, 5);
});

test('a new start forgets the speed of the run before', () => {
  const pace = createPace();
  pace.observe(sampleStart);
  pace.observe(sampleStep(1, 100));
  pace.observe(sampleStart);
  pace.observe(sampleStep(1, 10));
  expect(pace.imagesPerSecond).toBeCloseTo(10, 10);
});
