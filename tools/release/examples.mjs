// The code that documents the packages: blocks of the READMEs and pages, and the `@example` of what is exported.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { entryPoints, packages, root } from './packages.mjs';

const pages = () => [
  join(root, 'README.md'),
  ...packages.map(({ folder }) => join(folder, 'README.md')),
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(root, 'docs', name)),
];

/** The fenced blocks of the languages, each named by its page and line. */
export const blocksOfPages = (languages) =>
  pages().flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    return [...text.matchAll(/^( *)```(\w+)\n([^]*?)^ *```$/gm)]
      .filter(([, , language]) => languages.includes(language))
      .map(({ 1: indent, 3: code, index }) => ({
        name: `${relative(root, file)}:${text.slice(0, index).split('\n').length}`,
        package: packages.find(({ folder }) => file.startsWith(folder))?.manifest.name,
        code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
      }));
  });

/**
 * The `@example` of every exported name and of the members of exported types, from the built declarations, and where
 * each name is exported from.
 */
export function examplesOfExports() {
  const exporters = new Map();
  const examples = packages.flatMap(({ folder, manifest }) => {
    const files = entryPoints(manifest).filter(({ types }) => types !== undefined);
    const program = ts.createProgram(
      files.map(({ types }) => join(folder, types)),
      { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2023, types: [] },
    );
    const checker = program.getTypeChecker();
    const found = new Map();
    const add = (name, node) => {
      const tags = ts.getJSDocTags(node).filter(({ tagName }) => tagName.text === 'example');
      tags.forEach((tag, i) => {
        const code = ts.getTextOfJSDocComment(tag.comment) ?? '';
        found.set(tags.length > 1 ? `${name} (${i + 1})` : name, { package: manifest.name, code });
      });
    };
    for (const { specifier, types } of files) {
      const source = program.getSourceFile(join(folder, types));
      for (const symbol of checker.getExportsOfModule(checker.getSymbolAtLocation(source))) {
        exporters.set(symbol.name, [...(exporters.get(symbol.name) ?? []), specifier]);
        const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
        for (const declaration of target.declarations ?? []) {
          if (!declaration.getSourceFile().fileName.startsWith(folder)) continue;
          add(`${specifier} ${symbol.name}`, declaration);
          for (const member of declaration.members ?? []) {
            add(`${specifier} ${symbol.name}.${member.name?.getText()}`, member);
          }
        }
      }
    }
    return [...found].map(([name, example]) => ({ name, ...example }));
  });
  return { examples, exporters };
}
