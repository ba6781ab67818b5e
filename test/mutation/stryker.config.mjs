/** `npm run mutation`: changes a line of the method at a time, and names the changes that no unit test notices. */
export default {
  // A room on its own: `npx stryker run test/mutation/stryker.config.mjs --mutate 'mallm/fit/*.ts'`.
  mutate: ['mallm/{fit,discriminator,optimizer}/*.ts', 'workflows/{limits,progress,work-plan}.ts'],
  mutator: {
    // Most literals are words of prompts and messages; a test that repeats them would state no behaviour. Names of kinds
    // and modes are still held: by the compiler, and by the mutants of the conditions that use them.
    excludedMutations: ['StringLiteral'],
  },
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'test/mutation/vitest.config.ts' },
  coverageAnalysis: 'perTest',
  // What runs while a file is loaded (constants, the frame of a test file) belongs to no test: each such mutant would run
  // all tests. Those that a test reaches as well are tried there.
  ignoreStatic: true,
  concurrency: 2,
  // A busy machine must not pass for a killed mutant.
  timeoutMS: 30_000,
  timeoutFactor: 4,
  incremental: true,
  incrementalFile: '.cache/mutation/incremental.json',
  tempDirName: '.cache/mutation/sandbox',
  ignorePatterns: ['dist', 'docs', 'demo-output', 'bench', 'examples'],
  reporters: ['clear-text', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: '.cache/mutation/report.json' },
};
