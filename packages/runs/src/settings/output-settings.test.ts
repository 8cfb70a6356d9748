import { expect, test } from '@jest/globals';
import { OnnxError } from '@lovasz/onnx';
import { namingOutputOptions, outputOptionsOf, outputSettings } from './output-settings.js';
import { UsageError } from './usage-error.js';

test('layouts are axes, thresholds any number', () => {
  const { layout, logitThreshold } = outputSettings;
  expect(outputOptionsOf({})).toEqual({});
  const seg = { output: 'seg', layout: layout.parse('nchw'), logitThreshold: logitThreshold.parse('-0.5') };
  expect(outputOptionsOf(seg)).toEqual({ output: 'seg', classAxis: 1, logitThreshold: -0.5 });
  expect(outputOptionsOf({ layout: layout.parse('nhwc') })).toEqual({ classAxis: -1 });
  expect(outputOptionsOf({ layout: layout.parse('nhw') })).toEqual({ classAxis: 'none' });
  expect(() => layout.parse('hwc')).toThrow(
    new UsageError("--layout: 'hwc' given; accepted: nchw, nhwc, nhw"),
  );
});

test('errors come under the names of the options', () => {
  expect(namingOutputOptions(new RangeError('logitThreshold is 1, but there are 4 scores'))).toEqual(
    new UsageError('--logit-threshold is 1, but there are 4 scores'),
  );
  expect(
    namingOutputOptions(new OnnxError("names 'a', but the outputs are 'b'", { option: 'output' })),
  ).toEqual(new UsageError("--output names 'a', but the outputs are 'b'"));
  const other = new RangeError('seed is -1');
  expect(namingOutputOptions(other)).toBe(other);
});
