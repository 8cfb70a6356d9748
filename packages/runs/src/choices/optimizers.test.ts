import { expect, test } from '@jest/globals';
import { completeSettings } from '../settings/setting.js';
import { createOptimizer, optimizerSettings, type OptimizerName } from './optimizers.js';

test.each<[OptimizerName, object]>([
  ['sgd', { momentum: 0.9, weightDecay: 5e-4 }],
  ['adam', { weightDecay: 2e-4 }],
  ['rmsprop', { weightDecay: 2e-4 }],
])('%s is made with the defaults of its row', (optimizer, settings) => {
  const made = createOptimizer(completeSettings(optimizerSettings, { optimizer }));
  expect(made.name).toBe(optimizer);
  expect(made.settings).toMatchObject(settings);
});

test('what is given comes before the defaults', () => {
  const given = { optimizer: 'sgd', momentum: 0.5, weightDecay: 0 } as const;
  expect(createOptimizer(completeSettings(optimizerSettings, given)).settings).toEqual({
    momentum: 0.5,
    weightDecay: 0,
  });
});
