import { checkSameDraws } from './checks/same-draws.js';
import { checkSameAsNode } from './checks/same-as-node.js';
import { checkTfjsOnCpu, checkTfjsOnWasm, checkTfjsOnWebgl, checkTfjsOnWebgpu } from './checks/tfjs.js';
import { checkTrainingInWebAssembly, checkTrainingOnWebgpu } from './checks/training-steps.js';
import { checkWorkerPool, checkWorkerPoolErrors } from './checks/worker-pool.js';

const checks = {
  'kernels give the bits of Node': checkSameAsNode,
  'data sets draw what they draw in Node': checkSameDraws,
  'pools of threads give the bits of one': checkWorkerPool,
  'a pool that cannot be started says why': checkWorkerPoolErrors,
  'steps train in WebAssembly as in Node': checkTrainingInWebAssembly,
  'steps train on WebGPU as in Node': checkTrainingOnWebgpu,
  'losses on tfjs: cpu': checkTfjsOnCpu,
  'losses on tfjs: wasm': checkTfjsOnWasm,
  'losses on tfjs: webgl': checkTfjsOnWebgl,
  'losses on tfjs: webgpu, nothing read back': checkTfjsOnWebgpu,
};

// Arguments choose checks by a part of their names.
const wanted = process.argv.slice(2);
const chosen = Object.entries(checks).filter(
  ([name]) => wanted.length === 0 || wanted.some((part) => name.includes(part)),
);
if (chosen.length === 0) throw new Error(`no check has ${wanted.join(' or ')} in its name`);

let failed = 0;
for (const [name, check] of chosen) {
  try {
    await check();
    console.log(`ok      ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAILED  ${name}\n${error instanceof Error ? error.stack : String(error)}`);
  }
}
console.log(`${chosen.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
