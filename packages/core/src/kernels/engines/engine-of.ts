import type { BlockEngine, Engine } from './engine.js';
import { createJavaScriptEngine } from './javascript-engine.js';
import {
  createEngineInPlace,
  createWebAssemblyEngine,
  type WebAssemblyMemory,
} from './webassembly-engine.js';

/**
 * In what the inner loops of the kernels run. The numbers are the same, bit for bit.
 *
 * - `webassembly`: WebAssembly SIMD.
 * - `javascript`: plain JavaScript, several times slower.
 * - `auto`: WebAssembly where the platform has it.
 */
export type EngineName = 'auto' | 'webassembly' | 'javascript';

/** The memory of a pool, by a number that its threads know it by. */
export type MemoryId = number;

/** The engines of this thread, made when they are first needed. */
const engines: { webassembly?: Engine | undefined; javascript?: Engine; isMade: boolean } = { isMade: false };
const enginesInPlace = new Map<MemoryId, BlockEngine>();

function webAssemblyEngine(): Engine | undefined {
  if (!engines.isMade) engines.webassembly = createWebAssemblyEngine();
  engines.isMade = true;
  return engines.webassembly;
}

/** The engine of that name for the thread of the caller. */
export function engineNamed(name: EngineName): Engine {
  if (name !== 'javascript') {
    const engine = webAssemblyEngine();
    if (engine !== undefined) return engine;
  }
  engines.javascript ??= createJavaScriptEngine();
  return engines.javascript;
}

/** Makes the memory of a pool known to this thread, which has room of its own there, or forgets it. */
export function attachMemory(id: MemoryId, memory: WebAssemblyMemory | undefined, thread: number): void {
  if (memory !== undefined) enginesInPlace.set(id, createEngineInPlace(memory, thread));
}
export function detachMemory(id: MemoryId): void {
  enginesInPlace.delete(id);
}

/** The engine for the blocks of a problem: where they lie, if that can be. */
export function engineOf({
  engine,
  memory,
}: {
  readonly engine: EngineName;
  readonly memory: MemoryId | undefined;
}): BlockEngine {
  return (memory === undefined ? undefined : enginesInPlace.get(memory)) ?? engineNamed(engine);
}

/**
 * @throws TypeError when it is not one of the engines.
 * @throws Error for `webassembly` where the platform has no WebAssembly SIMD.
 */
export function checkEngine(name: EngineName): void {
  if (!['auto', 'webassembly', 'javascript'].includes(name)) {
    throw new TypeError(`engine is ${JSON.stringify(name)}; expected "auto", "webassembly" or "javascript"`);
  }
  if (name === 'webassembly' && webAssemblyEngine() === undefined) {
    throw new Error('engine is "webassembly", but this platform has no WebAssembly SIMD; expected "auto"');
  }
}
