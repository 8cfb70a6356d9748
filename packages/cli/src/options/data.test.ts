import { describe, expect, test } from '@jest/globals';
import { parseData } from './data.js';
import { UsageError } from './usage-error.js';

describe('parseData', () => {
  test('reads the data set and its folder', () => {
    expect(parseData('shapes')).toEqual({ kind: 'shapes' });
    expect(parseData('camvid:C:\\data\\camvid')).toEqual({ kind: 'camvid', directory: 'C:\\data\\camvid' });
  });

  test.each(['', 'camvid', 'camvid:', 'shapes:x', 'coco:x'])('refuses %j', (text) => {
    expect(() => parseData(text)).toThrow(
      new UsageError(`--data: '${text}' given; accepted: shapes, camvid:DIR`),
    );
  });
});
