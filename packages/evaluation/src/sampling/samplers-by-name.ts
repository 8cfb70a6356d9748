import type { ClassIndex } from './class-index.js';
import { classUniform } from './class-uniform.js';
import { equibatch } from './equibatch.js';
import { repeatFactor, shuffle } from './image-samplers.js';
import { rareClass } from './rare-class.js';
import type { Sampler } from './sampler.js';

/**
 * Samplers that need nothing but an index, for a command line: classes that no image holds are left out, and named by
 * `absentClasses`.
 *
 * @example
 * samplersByName['equibatch'](index, { seed: 1 });
 */
export const samplersByName = {
  shuffle: (index, { seed }) => shuffle(index, { seed }),
  equibatch: (index, { seed }) => equibatch(index, { absent: 'skip', seed }),
  'equibatch-shuffled': (index, { seed }) => equibatch(index, { order: 'shuffled', absent: 'skip', seed }),
  'equibatch-least-visited': (index, { seed }) =>
    equibatch(index, { order: 'least-visited', absent: 'skip', seed }),
  'class-uniform': (index, { seed }) => classUniform(index, { absent: 'skip', seed }),
  'rare-class': (index, { seed }) => rareClass(index, { absent: 'skip', seed }),
  'repeat-factor': (index, { seed }) => repeatFactor(index, { threshold: 0.1, seed }),
} as const satisfies Record<string, (index: ClassIndex, options: { readonly seed: number }) => Sampler>;

/** A name of {@link samplersByName}. */
export type SamplerName = keyof typeof samplersByName;
