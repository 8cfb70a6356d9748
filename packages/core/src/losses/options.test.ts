import { expect, test } from '@jest/globals';
import { checkOptions } from './options.js';

test('known options pass, undefined values too', () => {
  expect(() =>
    checkOptions({ classes: [0], perImage: true, input: undefined, layout: 'channels-last' }, [
      'classes',
      'perImage',
      'input',
      'layout',
    ]),
  ).not.toThrow();
});

test('an option that the loss does not have is named with those it has', () => {
  expect(() => checkOptions({ perimage: true }, ['perImage', 'ignoreIndex'])).toThrow(
    new TypeError('unknown option "perimage"; accepted: perImage, ignoreIndex'),
  );
});

test.each([
  ['classes', 'presence', 'classes is "presence"; expected "present", "all" or an array of class ids'],
  ['ignoreIndex', null, 'ignoreIndex is null; expected an integer'],
  ['ignoreIndex', 2.5, 'ignoreIndex is 2.5; expected an integer'],
  ['input', 'scores', 'input is "scores"; expected "logits" or "probabilities"'],
  ['layout', 'NHWC', 'layout is "NHWC"; expected "channels-first" or "channels-last"'],
  ['perImage', 1, 'perImage is 1; expected a boolean'],
  ['multilabel', 'yes', 'multilabel is "yes"; expected a boolean'],
  ['mask', null, 'mask is null; expected a tensor of the shape of the labels'],
  ['reduction', 'sum', 'reduction is "sum"; expected "mean" or "none"'],
  ['activation', 'elu', 'activation is "elu"; expected "relu" or "elu+1"'],
  ['symmetric', 0, 'symmetric is 0; expected a boolean'],
  ['classWeights', 2, 'classWeights is 2; expected an array with one number ≥ 0 per class'],
])('%s: %p is refused', (name, value, message) => {
  expect(() => checkOptions({ [name]: value }, [name])).toThrow(new TypeError(message));
});
