import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** In a process of its own: ONNX Runtime does not know the typed arrays of jest's realm. */
test('what is written after training predicts like evaluate.onnx, in whatever mode it was exported', () => {
  const folders = ['../../../packages/onnxruntime/fixtures', '../../../packages/onnx/fixtures'].map(path);
  let report: string;
  try {
    report = execFileSync(process.execPath, [path('../dist/parity.js'), 'trained-models', ...folders], {
      encoding: 'utf8',
    });
  } catch (error) {
    report = (error as { stdout: string }).stdout;
  }
  expect(report.split('\n').filter((line) => line.startsWith('FAIL'))).toEqual([]);
  for (const name of ['training-mode', 'standardized-weights', 'half-weights', 'batch-norm-merged']) {
    expect(report).toContain(`ok ${name}/`);
  }
});
