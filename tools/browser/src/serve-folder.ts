import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';

/** A server that runs. */
export interface Server {
  /** The address, such as `http://127.0.0.1:8080`. */
  readonly origin: string;
  close(): Promise<void>;
}

export interface ServeOptions {
  /** The folder whose files are served, under their paths in it. */
  readonly root: string;
  /** The page at `/`. */
  readonly html: string;
  /** What every answer has beside its type. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A browser takes scripts and WebAssembly only under these types. */
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

/** Serves one page and a folder on a free port of this machine, to itself only. */
export async function serveFolder({ root, html, headers }: ServeOptions): Promise<Server> {
  const server = createServer(async (request, response) => {
    // The path of a parsed URL has no step upwards, so that nothing above the root is read; it stays encoded for that.
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    try {
      const body = path === '/' ? html : await readFile(join(root, path));
      const type = types[path === '/' ? '.html' : extname(path)] ?? 'application/octet-stream';
      response.writeHead(200, { ...headers, 'Content-Type': type }).end(body);
    } catch {
      response.writeHead(404, headers).end();
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
