import { expect, test } from '@jest/globals';
import { eventsOfKind } from './events-of-kind.js';

test('eventsOfKind picks one kind and keeps the order', () => {
  const first = { event: 'interrupted', step: 5 } as const;
  const second = { event: 'interrupted', step: 9 } as const;
  expect(eventsOfKind([first, { event: 'checkpoint', step: 7, file: 'c' }, second], 'interrupted')).toEqual([
    first,
    second,
  ]);
});
