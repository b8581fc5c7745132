import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['ringback-source'] },
  ssr: { resolve: { conditions: ['ringback-source'] } },
  test: {
    include: ['packages/*/{src,test}/**/*.test.ts', 'apps/*/{src,test}/**/*.test.{ts,tsx}', '{tools,e2e}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
  },
});
