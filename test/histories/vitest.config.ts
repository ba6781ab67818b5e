import { defineConfig } from 'vitest/config';

/** `npm run histories`: makes the committed histories afresh. No part of `npm test`. */
export default defineConfig({
  test: {
    include: ['test/histories/record.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: 240_000,
  },
});
