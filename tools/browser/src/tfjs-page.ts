import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { openPage } from './open-page.js';
import type * as Losses from './pages/tfjs-losses.js';
import type { TfjsBackend } from './pages/tfjs-losses.js';

/** What pages are asked for GPUs by: SwiftShader, on the processor. */
const chromiumArguments = [
  '--enable-unsafe-swiftshader',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-features=Vulkan',
];

/** A page with TensorFlow.js, on one of its backends. */
export interface TfjsPage {
  /** Calls a function of `pages/tfjs-losses.ts` in the page. */
  call<Name extends keyof typeof Losses>(
    name: Name,
    ...args: Parameters<(typeof Losses)[Name]>
  ): Promise<Awaited<ReturnType<(typeof Losses)[Name]>>>;
  close(): Promise<void>;
}

/**
 * Opens a page in Chromium in which a backend of TensorFlow.js is set.
 *
 * @throws Error when Chromium is not found, or has no such backend.
 */
export async function openTfjsPage(backend: TfjsBackend): Promise<TfjsPage> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('pages/tfjs-losses.js', import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'tfjsLosses',
    platform: 'browser',
    // TensorFlow.js has branches for Node in the same files.
    external: [
      'node:*',
      'fs',
      'path',
      'util',
      'crypto',
      'os',
      'worker_threads',
      'perf_hooks',
      'string_decoder',
    ],
    logLevel: 'error',
  });
  const { page, close } = await openPage({ packages: [], chromiumArguments });
  try {
    await page.addScriptTag({ content: outputFiles[0]!.text });
    const tfjs: TfjsPage = { call: (name, ...args) => callIn(page, name, args), close };
    await tfjs.call('setUp', backend);
    return tfjs;
  } catch (error) {
    await close();
    throw error;
  }
}

async function callIn<Result>(page: Page, name: string, args: readonly unknown[]): Promise<Result> {
  return page.evaluate(
    async ([name, args]) => {
      const all = (globalThis as unknown as { tfjsLosses: Record<string, (...of: unknown[]) => unknown> })
        .tfjsLosses;
      return (await all[name]!(...args)) as Result;
    },
    [name, args] as const,
  );
}
