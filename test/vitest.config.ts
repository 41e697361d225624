import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { exampleModules } from './docs/example-modules.js';
import { ENTRIES } from './entries.js';
import { ROOT } from './files.js';

export default defineConfig({
  root: ROOT,
  plugins: [exampleModules()],
  resolve: {
    alias: [...ENTRIES].map(([name, path]) => ({
      find: new RegExp(`^${name}$`),
      replacement: join(ROOT, path),
    })),
  },
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['default', join(ROOT, 'test/closing-line.ts')],
    testTimeout: 30_000,
  },
});
