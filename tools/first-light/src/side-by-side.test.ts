import { expect, test } from '@jest/globals';
import { sideBySide } from './side-by-side.js';

test('a row for each class and a column for each network', () => {
  const evaluation = { event: 'evaluation', step: 1, epoch: 1, seconds: 0 } as const;
  const table = sideBySide(
    [
      {
        name: 'cross-entropy',
        evaluation: { ...evaluation, classIou: [0.5, null], meanIou: 0.5, pixelAccuracy: 0.9 },
      },
      {
        name: 'lovasz',
        evaluation: { ...evaluation, classIou: [0.25, 1], meanIou: 0.625, pixelAccuracy: 0.8 },
      },
    ],
    ['background', 'disc'],
  );
  expect(table.split('\n')).toEqual([
    'IoU in %         cross-entropy   lovasz',
    'background                50.0     25.0',
    'disc                         –    100.0',
    'mIoU                      50.0     62.5',
    'pixel accuracy            90.0     80.0',
  ]);
});
