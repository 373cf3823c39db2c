import { svelte } from '@sveltejs/vite-plugin-svelte';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';

const server = process.env.HERO_LOGIC_URL ?? 'http://127.0.0.1:9820';

export default defineConfig({
  plugins: [tailwindcss(), svelte()],
  worker: { format: 'es' },
  build: { target: 'es2023', modulePreload: { polyfill: false }, chunkSizeWarningLimit: 4000 },
  server: {
    proxy: { '^/herologic\\.': server, '/rpc': server, '/health': server },
  },
});
