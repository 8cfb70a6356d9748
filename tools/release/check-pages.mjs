// docs/README.md leads to every page under docs, and every relative link between the repository's pages has a target.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { root } from './packages.mjs';

const pages = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((page) => page !== '' && existsSync(join(root, page)));

/** The files of this repository that a page links to, as paths from its root. */
function targetsOf(page) {
  // What stands in code is no link.
  const text = readFileSync(join(root, page), 'utf8').replaceAll(/```.*?```|`[^`\n]*`/gs, '');
  return Array.from(text.matchAll(/\]\((?![a-z]+:|#)([^)#\s]+)[^)]*\)/g), ([, target]) =>
    normalize(join(dirname(page), target)),
  );
}

const index = 'docs/README.md';
const listed = new Set(targetsOf(index));
const faults = [
  ...pages
    .filter((page) => page.startsWith('docs/') && page !== index && !listed.has(page))
    .map((page) => `${index} does not lead to ${page}`),
  ...pages.flatMap((page) =>
    targetsOf(page)
      .filter((target) => !existsSync(join(root, target)))
      .map((target) => `${page} links to ${target}, which does not exist`),
  ),
];
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exit(1);
console.log(`${index} leads to all ${listed.size} pages, and every link has its target`);
