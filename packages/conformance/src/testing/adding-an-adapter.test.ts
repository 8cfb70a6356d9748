import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

test('the guide shows the adapter that is tested', () => {
  const [, shown] = /```ts\n(.*?)```/s.exec(read('../../../../docs/adding-an-adapter.md'))!;
  expect(shown).toBe(read('./smallest-adapter.test.ts'));
});
