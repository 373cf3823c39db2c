// Writes pages.json: the files of each page besides those of every page, so that the server can name them in the page itself and a
// browser asks for all at once instead of finding them one behind the other.

import { readFileSync } from 'node:fs';
import type { Plugin, Rolldown } from 'vite';

const ROUTE = /'(\/[^']*)': \(\) => page\(\(\) => import\('\.\/routes\/(\w+\.svelte)'\)\)/g;

export const pageFiles: Plugin = {
  name: 'page-files',
  apply: 'build',
  generateBundle(_options, bundle) {
    const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
    const entry = chunks.find((chunk) => chunk.isEntry);
    if (entry === undefined) return;
    const everywhere = new Set(filesFrom(entry, chunks));
    const pages: Record<string, string[]> = {};
    for (const [, path, file] of readFileSync(new URL('../src/router.ts', import.meta.url), 'utf8').matchAll(ROUTE)) {
      const chunk = chunks.find((c) => c.facadeModuleId?.endsWith(`/routes/${file}`));
      if (path !== undefined && chunk !== undefined)
        pages[path] = filesFrom(chunk, chunks).filter((name) => !everywhere.has(name));
    }
    this.emitFile({ type: 'asset', fileName: 'pages.json', source: JSON.stringify(pages) });
  },
};

/** A chunk and what it imports, to the end, with their styles. */
function filesFrom(chunk: Rolldown.OutputChunk, chunks: readonly Rolldown.OutputChunk[]): string[] {
  const found = new Set([chunk.fileName]);
  for (const name of found) {
    const { imports = [], viteMetadata } = chunks.find((c) => c.fileName === name) ?? {};
    for (const next of [...imports, ...(viteMetadata?.importedCss ?? [])]) found.add(next);
  }
  return [...found];
}
