import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { importMap } from './import-map.js';

const root = mkdtempSync(join(tmpdir(), 'lovasz-import-map-'));
afterAll(() => rmSync(root, { recursive: true }));

function install(name: string, manifest: object): void {
  const folder = join(root, 'node_modules', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
}

test('takes the file for browsers of each subpath', () => {
  install('@scope/one', {
    exports: {
      '.': { types: './one.d.ts', node: './node.js', default: './one.js' },
      './pool': { types: './pool.d.ts', browser: './in-browser.js', default: './in-node.js' },
      './nested': { import: { node: './a.js', browser: './b.js' } },
      './server': { node: './server.js' },
      './files/*': './files/*.js',
    },
  });
  install('two', { exports: './two.js' });
  install('three', { exports: { import: './three.mjs' } });
  install('four', { exports: { './part': { require: './part.cjs', import: './part.js' } } });
  expect(importMap(root, ['@scope/one', 'two', 'three', 'four'])).toEqual({
    imports: {
      '@scope/one': '/node_modules/@scope/one/one.js',
      '@scope/one/pool': '/node_modules/@scope/one/in-browser.js',
      '@scope/one/nested': '/node_modules/@scope/one/b.js',
      two: '/node_modules/two/two.js',
      three: '/node_modules/three/three.mjs',
      'four/part': '/node_modules/four/part.js',
    },
  });
});

test('names a package without exports', () => {
  install('bare', { main: 'index.js' });
  expect(() => importMap(root, ['bare'])).toThrow('has no exports');
});
