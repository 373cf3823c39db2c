import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig, type Plugin } from 'vite';
import { pageFiles } from './build/page-files.ts';
import { playFile } from './build/play-file.ts';
import { withoutRules } from './build/without-rules.ts';

const server = process.env.HERO_LOGIC_URL ?? 'http://127.0.0.1:9820';

/** A compressed twin of each file, which the bridge sends to whoever takes it. */
const compressed: Plugin = {
  name: 'compressed',
  apply: 'build',
  writeBundle({ dir = '' }) {
    for (const file of readdirSync(join(dir, 'assets'))) {
      const path = join(dir, 'assets', file);
      writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
    }
  },
};

/** What several pages are made of, in one file: by itself the build makes one of each part, and a browser asks for six at a time. */
const SHARED = { name: 'shared', test: /\/src\/lib\/(ui|models|features)\//, minShareCount: 3 };

export default defineConfig({
  // Everything is asked for below <base>, which the server writes.
  base: './',
  plugins: [withoutRules, tailwindcss(), svelte(), pageFiles, compressed, playFile],
  worker: { format: 'es' },
  build: {
    target: 'es2023',
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 4000,
    // Who starts hero-logic for the first time is not told how long plugins took.
    rolldownOptions: {
      checks: { pluginTimings: false },
      output: { codeSplitting: { groups: [SHARED] } },
    },
  },
  server: {
    proxy: { '^/herologic\\.': server, '/rpc': server, '/health': server, '/session': server },
  },
});
