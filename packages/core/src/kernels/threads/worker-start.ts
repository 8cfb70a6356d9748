import { attachMemory, type MemoryId } from '../engines/engine-of.js';
import type { WebAssemblyMemory } from '../engines/webassembly-engine.js';

/** What a thread of a pool is told when it starts. */
export interface WorkerStart {
  readonly id: MemoryId;
  readonly memory: WebAssemblyMemory | undefined;
  /** Its number; 0 is the thread that made the pool. */
  readonly thread: number;
}

/** Makes a thread ready for jobs. */
export function startWorker({ id, memory, thread }: WorkerStart): void {
  attachMemory(id, memory, thread);
}
