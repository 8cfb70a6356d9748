import { describe, expect, test } from '@jest/globals';
import { lossNames, lossSetting } from './losses.js';

describe('the losses to minimise', () => {
  const parseLoss = (text: string) => lossSetting.parse(text);

  test('reads one loss, or a sum in the order given', () => {
    expect(parseLoss('lovasz-hinge')).toEqual(['lovasz-hinge']);
    expect(parseLoss('lovasz-softmax+cross-entropy')).toEqual(['lovasz-softmax', 'cross-entropy']);
    expect(lossSetting.format!(['hinge', 'lovasz-hinge'])).toBe('hinge+lovasz-hinge');
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
