import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { runBench } from './run-bench.js';

const complaints = jest.spyOn(process.stderr, 'write').mockImplementation(() => true);

afterEach(() => {
  complaints.mockClear();
});

describe('runBench', () => {
  test.each([
    [['step', '--model', 'vgg'], "'vgg' is invalid. Allowed choices are unet, enet"],
    [['step', '--size', '240'], "'240' is invalid. Expected WxH"],
    [['step', '--batch', '0'], "'0' is invalid. Expected a positive integer"],
    [['step', '--fast'], "unknown option '--fast'"],
    [['jump'], "unknown command 'jump'"],
  ])('%j is a wrong call', async (args, message) => {
    expect(await runBench(args, () => undefined)).toBe(2);
    expect(complaints.mock.calls.join()).toContain(message);
  });
});
