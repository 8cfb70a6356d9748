import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';

/** Where nodes run: the provider, as ONNX Runtime calls it, and how many there are. */
export interface Placement {
  readonly provider: string;
  readonly count: number;
  /** Their operators, which ONNX Runtime tells only where there are several providers. */
  readonly operators: readonly string[];
}

/**
 * Has the ONNX Runtime that is installed place the nodes of models, without running them.
 *
 * @param provider the one to ask first, as `executionProviders` calls it: `cpu` or `webgpu`. On Linux, WebGPU needs a
 *   Vulkan driver, such as SwiftShader.
 * @returns the placements of each model, none where a node has no kernel.
 * @throws Error when ONNX Runtime ended before the last model, with the end of what it said.
 */
export async function nodePlacements(
  provider: string,
  models: readonly Uint8Array[],
): Promise<readonly (readonly Placement[])[]> {
  const folder = await mkdtemp(join(tmpdir(), 'node-placements-'));
  try {
    // A file: what is written to a full pipe would be lost.
    const log = join(folder, 'log');
    const file = await open(log, 'w');
    const script = fileURLToPath(new URL('place-nodes.js', import.meta.url));
    const child = spawn(process.execPath, [script, provider], { stdio: ['pipe', 'ignore', file.fd] });
    const lines = models.map((model) => `${Buffer.from(model).toString('base64')}\n`);
    const [[code]] = await Promise.all([once(child, 'exit'), pipeline(Readable.from(lines), child.stdin!)]);
    await file.close();
    if (code !== 0) throw new Error(`ONNX Runtime ended with exit code ${String(code)}`);
    return await readLog(log, models.length);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function readLog(log: string, count: number): Promise<readonly (readonly Placement[])[]> {
  const placements = Array.from({ length: count }, (): (Placement & { operators: string[] })[] => []);
  let place = 0;
  for await (const line of createInterface({ input: createReadStream(log) })) {
    const start = /^@place-nodes (\d+)$/.exec(line)?.[1];
    const placed = /\] +(?:All nodes|Node\(s\)) placed on \[(\w+)\]\. Number of nodes: (\d+)/.exec(line);
    const node = /VerifyEachNodeIsAssignedToAnEp\] +(\w+) \(/.exec(line);
    if (start !== undefined) place = Number(start);
    else if (placed !== null) {
      placements[place]!.push({ provider: placed[1]!, count: Number(placed[2]), operators: [] });
    } else if (node !== null) placements[place]!.at(-1)!.operators.push(node[1]!);
  }
  return placements;
}
