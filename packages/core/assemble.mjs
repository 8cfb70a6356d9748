// Compiles assembly/index.ts to WebAssembly, once with memory of its own and once for memory that threads share, and
// writes both to src/kernels/engines/webassembly-module.ts. With --check it only says whether that file is what the sources
// compile to.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const folder = fileURLToPath(new URL('assembly/', import.meta.url));

/** The module in Base64, compiled with what is common and these options. */
async function compile(options) {
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
      ...options,
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
  return Buffer.from(bytes).toString('base64');
}

/** A constant of TypeScript that holds the text. */
function declare(name, text) {
  const lines = text.match(/.{1,100}/gu);
  return `export const ${name} = [
${lines.map((line) => `  '${line}',`).join('\n')}
].join('');
`;
}

const modules = {
  moduleInBase64: [],
  sharedModuleInBase64: [
    '--enable',
    'threads',
    '--importMemory',
    '--sharedMemory',
    '--maximumMemory',
    '65536',
  ],
};
let source = '// Written by `npm run assemble` from assembly/index.ts: do not edit.\n';
for (const [name, options] of Object.entries(modules)) source += declare(name, await compile(options));
const target = new URL('src/kernels/engines/webassembly-module.ts', import.meta.url);
if (!process.argv.includes('--check')) {
  await writeFile(target, source);
} else if ((await readFile(target, 'utf8')) !== source) {
  process.stderr.write(
    'src/kernels/engines/webassembly-module.ts is not what assembly/ compiles to; run `npm run assemble`\n',
  );
  process.exit(1);
}
