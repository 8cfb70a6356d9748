// Of ONNX Runtime, for the processes that tests run in and start: jest gives tests a copy of the environment.
process.env.ORT_DISABLE_TELEMETRY ??= '1';

/** The jest configuration that every package shares: TypeScript sources as native ES modules. */
export default {
  testEnvironment: 'node',
  // Tests that start processes take long on a machine that is busy with others.
  testTimeout: 120_000,
  // Workspace packages are tested from their sources, not from the last build.
  testEnvironmentOptions: { customExportConditions: ['@lovasz/source', 'node', 'node-addons'] },
  roots: ['<rootDir>/src'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
};
