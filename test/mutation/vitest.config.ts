import { defineConfig } from 'vitest/config';

/** The tests of `npm run mutation`: a room is held by its own unit tests, not by those of rooms that use it. */
export default defineConfig({
  test: {
    include: ['test/mallm/{fit,discriminator,optimizer}/**/*.test.ts', 'test/workflows/**/*.test.ts'],
    isolate: false,
  },
});
