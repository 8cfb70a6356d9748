// What a page loads for an import: bundled and minified by esbuild, then compressed by gzip, in kB of 1000 bytes.
// A budget leaves a tenth above what was measured when it was set.
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { root } from './packages.mjs';

const budgets = [
  { what: 'lovaszSoftmax', from: '@lovasz/core', kB: 2.6 * 1.1 },
  { what: 'kernelLoss', from: '@lovasz/core', kB: 14.7 * 1.1 },
  {
    what: 'ConfusionMatrix, ImageCounts, countBoundary, mean, pooled, weighted, imageMean, batchMean, worstImages, interval, compare',
    from: '@lovasz/evaluation',
    kB: 8,
  },
  { what: '*', from: '@lovasz/evaluation', kB: 20.4 * 1.1 },
  { what: '*', from: '@lovasz/datasets', kB: 6.5 * 1.1 },
  // Of TensorFlow.js nothing is counted, which is there anyway; then without the kernels of core, too.
  { what: '*', from: '@lovasz/tfjs', kB: 26.1 * 1.1, without: ['@tensorflow/*'] },
  {
    what: '*',
    from: '@lovasz/tfjs',
    kB: 14.6 * 1.1,
    without: ['@tensorflow/*', '*/kernel-loss.js', '*/kernel-jaccard-weights.js'],
  },
  // 83.7 before it told which tensors are parameters, took merged ones apart and warned of what exporters did.
  { what: 'buildTrainingGraph', from: '@lovasz/onnx', kB: 100.2 * 1.1 },
];

let failed = 0;
for (const { what, from, kB, without = [] } of budgets) {
  const { outputFiles } = await build({
    stdin: {
      contents: `export ${what === '*' ? '*' : `{ ${what} }`} from '${from}';`,
      resolveDir: root,
    },
    bundle: true,
    external: without,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    legalComments: 'none',
  });
  const size = gzipSync(outputFiles[0].contents, { level: 9 }).length / 1000;
  const isWithin = size <= kB;
  if (!isWithin) failed++;
  console.log(
    `${isWithin ? 'ok    ' : 'FAILED'}  ${from} ${what}${without.map((each) => ` without ${each}`).join('')}: ${size.toFixed(1)} kB of ${kB.toFixed(1)} kB`,
  );
}
console.log(`${budgets.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
