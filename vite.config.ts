import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** `npm run dev` serves the phone with hot reload and hands everything else to a running gateway. */
const gateway = process.env['RINGBACK_GATEWAY'] ?? 'http://127.0.0.1:8080';

/** The gateway accepts its own origin only, so the dev server speaks to it as if the page had come from there. */
const toGateway = { target: gateway, changeOrigin: true, headers: { origin: new URL(gateway).origin } };

export default defineConfig({
  root: here('./apps/phone'),
  plugins: [react(), tailwindcss()],
  resolve: { conditions: ['ringback-source', ...defaultClientConditions] },
  // The engine keeps its URL from build to build: a SharedWorker is one and the same only under the same URL, and two
  // builds in two tabs must find the same one.
  worker: { format: 'es', rolldownOptions: { output: { entryFileNames: 'engine.js' } } },
  build: { outDir: here('./apps/phone/dist'), emptyOutDir: true, target: 'es2023', assetsInlineLimit: 0 },
  server: {
    proxy: {
      '/api': toGateway,
      '/ws': { ...toGateway, ws: true, rewriteWsOrigin: true },
    },
  },
});
