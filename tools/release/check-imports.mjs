// Imports every entry point of packages that are installed in a folder.
import { execFileSync } from 'node:child_process';
import { entryPoints } from './packages.mjs';

/** Throws where an entry point of a package cannot be imported or exports nothing. */
export function importEntryPoints(folder, manifest) {
  for (const { specifier, types } of entryPoints(manifest)) {
    // Without types it is a thread that is started, never imported.
    if (types === undefined) continue;
    const script = `const module = await import(${JSON.stringify(specifier)});
      const names = Object.keys(module);
      if (names.length === 0) throw new Error('exports nothing');
      console.log(${JSON.stringify(specifier)} + ' imports: ' + names.length + ' exports');`;
    process.stdout.write(
      execFileSync(process.execPath, ['--input-type=module', '-e', script], {
        cwd: folder,
        encoding: 'utf8',
      }),
    );
  }
}
