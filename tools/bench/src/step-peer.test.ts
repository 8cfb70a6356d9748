import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startStepPeer } from './step-peer.js';
import type { StepSettings } from './step-settings.js';
import { interpreter } from './testing/interpreter.js';

const settings: StepSettings = {
  model: 'unet',
  loss: 'cross-entropy',
  batch: 1,
  width: 8,
  height: 8,
  classes: 2,
  threads: 1,
};

let folder = '';
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'lovasz-bench-'))));
afterAll(() => rm(folder, { recursive: true }));

describe('startStepPeer', () => {
  test('takes one step for each that is asked for, and ends when closed', async () => {
    const python = await interpreter(
      folder,
      'steps',
      `const settings = JSON.parse(process.argv[3]);
       console.log(JSON.stringify({ version: '2.0', parameters: settings.width }));
       let count = 0;
       require('node:readline').createInterface({ input: process.stdin })
         .on('line', () => console.log(JSON.stringify({ seconds: ++count })));`,
    );
    const peer = await startStepPeer(python, settings);
    expect(peer).toMatchObject({ version: '2.0', parameters: 8 });
    expect(await peer.step()).toBe(1);
    expect(await peer.step()).toBe(2);
    await peer.close();
  });

  test('an interpreter that does not start is named', async () => {
    const missing = join(folder, 'missing');
    await expect(startStepPeer(missing, settings)).rejects.toThrow(`--python ${missing}: spawn`);
  });

  test('an interpreter that ends at once is named', async () => {
    const python = await interpreter(folder, 'without-torch', 'process.exit(3)');
    await expect(startStepPeer(python, settings)).rejects.toThrow(
      `--python ${python}: the peer ended with exit code 3`,
    );
  });
});
