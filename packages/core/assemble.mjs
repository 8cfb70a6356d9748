// Compiles assembly/index.ts to WebAssembly, and writes it as src/kernels/webassembly-module.ts. With --check it only
// says whether that file is what the sources compile to.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const folder = fileURLToPath(new URL('assembly/', import.meta.url));
let bytes;
const { error, stderr } = await asc.main(
  [
    'index.ts',
    '--outFile',
    'module.wasm',
    '-O3',
    '--noAssert',
    '--enable',
    'simd',
    '--runtime',
    'stub',
    '--use',
    'abort=',
  ],
  {
    readFile: async (name) => {
      try {
        return await readFile(`${folder}${name}`, 'utf8');
      } catch {
        return null;
      }
    },
    writeFile: (name, contents) => {
      if (name === 'module.wasm') bytes = contents;
    },
    listFiles: () => [],
  },
);
if (error) {
  process.stderr.write(`${stderr}${error.message}\n`);
  process.exit(1);
}
const target = new URL('src/kernels/webassembly-module.ts', import.meta.url);
const lines = Buffer.from(bytes)
  .toString('base64')
  .match(/.{1,100}/gu);
const source = `// Written by \`npm run assemble\` from assembly/index.ts: do not edit.
export const moduleInBase64 = [
${lines.map((line) => `  '${line}',`).join('\n')}
].join('');
`;
if (!process.argv.includes('--check')) {
  await writeFile(target, source);
} else if ((await readFile(target, 'utf8')) !== source) {
  process.stderr.write(
    'src/kernels/webassembly-module.ts is not what assembly/ compiles to; run `npm run assemble`\n',
  );
  process.exit(1);
}
