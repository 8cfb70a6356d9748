import ts from 'typescript';

/**
 * Where tests start threads or processes, these run the built files: a build that is older than the sources would pass
 * or fail in their place. `npm test` builds before; `npx jest` alone may not.
 *
 * @throws Error that names what is to be built.
 */
export default function requireFreshBuild({ rootDir }) {
  const host = ts.createSolutionBuilderHost(
    ts.sys,
    undefined,
    () => undefined,
    () => undefined,
  );
  const builder = ts.createSolutionBuilder(host, [rootDir], {});
  for (let project; (project = builder.getNextInvalidatedProject()); project.done()) {
    // Files were touched, but hold what was built.
    if (project.kind === ts.InvalidatedProjectKind.UpdateOutputFileStamps) continue;
    throw new Error(
      `the build of ${project.project} is older than its sources; \`npx tsc -b\` in ${rootDir} builds it`,
    );
  }
}
