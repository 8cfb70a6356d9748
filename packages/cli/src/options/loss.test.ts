import { describe, expect, test } from '@jest/globals';
import { lossNames, parseLoss } from './loss.js';

describe('parseLoss', () => {
  test('reads one loss, or a sum in the order given', () => {
    expect(parseLoss('lovasz-hinge')).toEqual(['lovasz-hinge']);
    expect(parseLoss('lovasz-softmax+cross-entropy')).toEqual(['lovasz-softmax', 'cross-entropy']);
  });

  test.each(['', 'lovasz', 'cross-entropy+', '+cross-entropy', 'cross-entropy+cross-entropy'])(
    'refuses %j and says what was given',
    (text) => {
      expect(() => parseLoss(text)).toThrow(
        `--loss: '${text}' given; accepted: ${lossNames.join(', ')}, or several joined by + (each at most once)`,
      );
    },
  );
});
