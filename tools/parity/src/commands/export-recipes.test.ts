import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { recipesOf } from './export-recipes.js';

test('every program of the page on exporting is a recipe that leaves a network and its file', async () => {
  const page = await readFile(new URL('../../../../docs/exporting.md', import.meta.url), 'utf8');
  const recipes = recipesOf(page);
  expect(recipes.map(({ name }) => name)).toEqual(['PyTorch/1', 'PyTorch/2', 'Keras/1', 'JAX/1']);
  for (const { program } of recipes) {
    expect(program).toMatch(/^network = /m);
    expect(program).toContain('"network.onnx"');
  }
});
