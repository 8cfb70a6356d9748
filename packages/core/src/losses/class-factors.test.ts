import { describe, expect, test } from '@jest/globals';
import { classFactors } from './class-factors.js';

test.each([
  ['all by default', {}, [1, 1, 1]],
  ['a list', { classes: [2, 0] }, [1, 0, 1]],
  ['weights', { classWeights: [0.5, 0, 2] }, [0.5, 0, 2]],
  ['an ignored class is not scored', { ignoreIndex: 1, classWeights: [1, 2, 3] }, [1, 0, 3]],
  ['an ignored label that is no class', { ignoreIndex: 255 }, [1, 1, 1]],
  ['all of these', { classes: [0, 1], ignoreIndex: 1, classWeights: [4, 2, 3] }, [4, 0, 0]],
])('%s', (_, options, factors) => {
  expect(classFactors(3, options)).toEqual(factors);
});

describe('refuses', () => {
  test.each([
    ['an id out of range', { classes: [0, 3] }, 'classes hold 3; accepted: 0…2'],
    ['a negative id', { classes: [-1] }, 'classes hold -1; accepted: 0…2'],
    ['a repeated id', { classes: [1, 1] }, 'classes hold 1 more than once'],
    ['an empty list', { classes: [] }, 'classes [] leave no class to score'],
    [
      'an ignored only class',
      { classes: [2], ignoreIndex: 2 },
      'classes [2] without ignoreIndex 2 leave no class to score',
    ],
    [
      'a wrong number of weights',
      { classWeights: [1, 2] },
      'classWeights has length 2; expected one weight for each of 3 classes',
    ],
    [
      'a negative weight',
      { classWeights: [1, -2, 1] },
      'classWeights[1] is -2; expected a finite number ≥ 0',
    ],
    [
      'a weight of NaN',
      { classWeights: [1, 1, NaN] },
      'classWeights[2] is NaN; expected a finite number ≥ 0',
    ],
    [
      'weights that are 0 where it counts',
      { classes: [0], classWeights: [0, 1, 1] },
      'classWeights [0, 1, 1] are 0 for every scored class; expected a positive one',
    ],
  ])('%s', (_, options, message) => {
    expect(() => classFactors(3, options)).toThrow(new RangeError(message));
  });
});
