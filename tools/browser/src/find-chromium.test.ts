import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { findChromium } from './find-chromium.js';

const [empty, folder] = [0, 1].map(() => mkdtempSync(join(tmpdir(), 'lovasz-chromium-'))) as [string, string];
const program = join(folder, 'chromium');
writeFileSync(program, '');
afterAll(() => [empty, folder].forEach((each) => rmSync(each, { recursive: true })));

test('finds a program on the PATH, and no other file', () => {
  const environment = { PATH: [empty, folder].join(delimiter) };
  chmodSync(program, 0o644);
  expect(() => findChromium(environment)).toThrow('set CHROMIUM to its path');
  chmodSync(program, 0o755);
  expect(findChromium(environment)).toBe(program);
});

test('CHROMIUM goes first', () => {
  expect(findChromium({ CHROMIUM: '/opt/chrome', PATH: folder })).toBe('/opt/chrome');
});
