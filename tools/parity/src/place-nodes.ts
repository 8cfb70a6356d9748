// Has ONNX Runtime's provider of the first argument open each model on stdin, one in base64 a line.
// What ONNX Runtime logs of it goes to stderr, between a line with the model's place and one with `end`.
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { InferenceSession } from '@lovasz/onnxruntime/runtime';

const say = (line: string): number => writeSync(process.stderr.fd, `\n@place-nodes ${line}\n`);
let place = 0;
for await (const line of createInterface({ input: process.stdin })) {
  say(String(place++));
  try {
    const session = await InferenceSession.create(Buffer.from(line, 'base64'), {
      executionProviders: [process.argv[2]!],
      // Nodes stay as they are written, and their placement is logged.
      graphOptimizationLevel: 'disabled',
      logSeverityLevel: 0,
      intraOpNumThreads: 1,
    });
    await session.release();
  } catch {
    // No provider has a kernel, or the types do not fit the operator: nothing is placed.
  }
  say('end');
}
