import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { exampleModules } from './docs/example-modules.js';

const root = fileURLToPath(new URL('..', import.meta.url));

export default defineConfig({
  root,
  plugins: [exampleModules()],
  resolve: {
    alias: [
      { find: /^huey-ts\/testing$/, replacement: `${root}src/testing/index.ts` },
      { find: /^huey-ts\/sim$/, replacement: `${root}sim/index.ts` },
      { find: /^huey-ts$/, replacement: `${root}src/index.ts` },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['default', fileURLToPath(new URL('./closing-line.ts', import.meta.url))],
    testTimeout: 30_000,
  },
});
