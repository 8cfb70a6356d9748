import { checkSameDraws } from './checks/same-draws.js';
import { checkSameAsNode } from './checks/same-as-node.js';
import { checkTrainingInWebAssembly, checkTrainingOnWebgpu } from './checks/training-steps.js';
import { checkWorkerPool, checkWorkerPoolErrors } from './checks/worker-pool.js';

const checks = {
  'kernels give the bits of Node': checkSameAsNode,
  'data sets draw what they draw in Node': checkSameDraws,
  'pools of threads give the bits of one': checkWorkerPool,
  'a pool that cannot be started says why': checkWorkerPoolErrors,
  'steps train in WebAssembly as in Node': checkTrainingInWebAssembly,
  'steps train on WebGPU as in Node': checkTrainingOnWebgpu,
};

let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    console.log(`ok      ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAILED  ${name}\n${error instanceof Error ? error.stack : String(error)}`);
  }
}
console.log(`${Object.keys(checks).length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
