// The report of what each entry point exports, from the built declarations: node tools/release/api.mjs writes
// packages/*/api.md, with --check it compares them instead, so that a changed surface is seen in a review.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { entryPoints, packages } from './packages.mjs';

/** What is exported under one name, declared without comments: overloads and merged declarations one after another. */
function declarationsOf(symbol, checker) {
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const printer = ts.createPrinter({ removeComments: true });
  return (target.declarations ?? []).map((declaration) => {
    const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
    return printer
      .printNode(ts.EmitHint.Unspecified, statement, statement.getSourceFile())
      .replace(/^export (default )?(declare )?/, '')
      .replace(/^declare /, '');
  });
}

/** One section for each entry point, its names in alphabetical order. */
function reportOf({ folder, manifest }) {
  const sections = entryPoints(manifest).map(({ specifier, types }) => {
    if (types === undefined) return `## ${specifier}\n\nStarted as a thread, not imported.\n`;
    const file = join(folder, types);
    const program = ts.createProgram([file], {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      types: [],
    });
    const checker = program.getTypeChecker();
    const source = program.getSourceFile(file);
    if (source === undefined) throw new Error(`${file} is not there; build first`);
    const lines = checker
      .getExportsOfModule(checker.getSymbolAtLocation(source))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((symbol) => {
        const declarations = declarationsOf(symbol, checker);
        return declarations.length > 0 ? declarations : [`// ${symbol.name}: of another package`];
      });
    return `## ${specifier}\n\n\`\`\`ts\n${lines.join('\n\n')}\n\`\`\`\n`;
  });
  return `# API of ${manifest.name}\n\nWritten by \`npm run api\`.\n\n${sections.join('\n')}`;
}

let stale = 0;
for (const each of packages) {
  const file = join(each.folder, 'api.md');
  const report = reportOf(each);
  if (!process.argv.includes('--check')) {
    writeFileSync(file, report);
  } else if (!existsSync(file) || readFileSync(file, 'utf8') !== report) {
    stale++;
    console.error(`${each.manifest.name}: what it exports is not what api.md says; npm run api writes it`);
  }
}
process.exitCode = stale > 0 ? 1 : 0;
