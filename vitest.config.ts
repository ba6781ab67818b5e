import { defineConfig } from 'vitest/config';

const minutes = 60_000;

/** `unit`: starts no process and downloads nothing. `integration`: real servers and processes, and the build in `dist/`. */
export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/integration/**', 'test/chaos/**'],
          testTimeout: minutes,
          hookTimeout: minutes,
          // Half of the time is otherwise spent on loading the same modules for each file.
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 3 * minutes,
          hookTimeout: 3 * minutes,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
