import { isMainThread } from 'node:worker_threads';

/**
 * ONNX Runtime 1.30 and later send usage data, and leave files in the home and temporary folders, unless this variable
 * is set when the native library is loaded. This module is imported for that effect, before `onnxruntime-node`; what a
 * user has set stays.
 */
const variable = 'ORT_DISABLE_TELEMETRY';

const wasSet = process.env[variable] !== undefined;
process.env[variable] ??= '1';

/**
 * Refuses to go on where the variable may not have reached the native library: a worker thread has a copy of the
 * environment, which that never sees.
 *
 * @throws Error in a worker thread whose copy had the variable not.
 */
export function refuseTelemetryByAccident(): void {
  if (isMainThread || wasSet) return;
  throw new Error(
    `ONNX Runtime would send usage data: from a worker thread that cannot be switched off. Set ${variable}=1 in the environment of the process, or import @lovasz/onnxruntime in the main thread before the worker is started`,
  );
}
