import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['ringback-source'] },
  ssr: { resolve: { conditions: ['ringback-source'] } },
  test: {
    include: ['packages/*/{src,test}/**/*.test.ts', 'apps/*/{src,test}/**/*.test.{ts,tsx}', '{tools,e2e}/**/*.test.ts'],
    // Tests assert no times of their own; this only ends what hangs, on a machine that does other things too.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    exclude: ['**/node_modules/**', '**/dist/**'],
  },
});
