import { fileURLToPath } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { findChromium } from './find-chromium.js';
import { importMap } from './import-map.js';
import { serveFolder } from './serve-folder.js';

/** The folder that is served: that of the repository, whose `node_modules` holds all packages. */
const root = fileURLToPath(new URL('../../..', import.meta.url));

/** What a page needs for a SharedArrayBuffer. */
const isolatingHeaders = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export interface PageOptions {
  /** The packages that scripts of the page import by name. Workers have no import map: they import by URL. */
  readonly packages: readonly string[];
  /** Whether the page is cross-origin isolated. Default true. */
  readonly isIsolated?: boolean | undefined;
  /** More arguments of Chromium, such as `--enable-unsafe-webgpu`. */
  readonly chromiumArguments?: readonly string[] | undefined;
}

/** A page in a Chromium of its own. */
export interface OpenPage {
  readonly page: Page;
  /** Ends Chromium and the server. */
  close(): Promise<void>;
}

/**
 * Opens an empty page in Chromium that can import built packages and any other file of this repository.
 *
 * @throws Error when Chromium is not found or does not start.
 * @example
 * const { page, close } = await openPage({ packages: ['@lovasz/core'] });
 * await page.evaluate(async () => Object.keys(await import('@lovasz/core')));
 * await close();
 */
export async function openPage({
  packages,
  isIsolated = true,
  chromiumArguments = [],
}: PageOptions): Promise<OpenPage> {
  const map = JSON.stringify(importMap(root, packages));
  const server = await serveFolder({
    root,
    html: `<!doctype html><title>lovasz</title><script type="importmap">${map}</script>`,
    headers: isIsolated ? isolatingHeaders : {},
  });
  try {
    const browser = await chromium.launch({
      executablePath: findChromium(process.env),
      args: ['--no-sandbox', ...chromiumArguments],
    });
    const close = async (): Promise<void> => {
      await browser.close();
      await server.close();
    };
    try {
      const page = await browser.newPage();
      await page.goto(server.origin);
      return { page, close };
    } catch (error) {
      await browser.close();
      throw error;
    }
  } catch (error) {
    await server.close();
    throw error;
  }
}
