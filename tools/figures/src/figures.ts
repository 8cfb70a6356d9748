// Draws Figures 1, 2, C.1 and C.2 of the paper into docs/experiments/theory.
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { figure1 } from './figure-1.js';
import { figure2 } from './figure-2.js';
import { figureC1 } from './figure-c1.js';
import { figureC2 } from './figure-c2.js';

const folder = new URL('../../../docs/experiments/theory/', import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [name, draw] of Object.entries({
  'figure-1': figure1,
  'figure-2': figure2,
  'figure-c1': figureC1,
  'figure-c2': figureC2,
})) {
  const file = new URL(`${name}.svg`, folder);
  writeFileSync(file, draw());
  console.log(fileURLToPath(file));
}
