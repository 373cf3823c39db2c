// Builds play-page.html: the viewer of a play as one file that loads nothing, into which `play export --html` writes a play. Its parts are
// those of the admin UI, except the few that talk to a server or lead to other pages (STANDS_ALONE).

import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import tailwindcss from '@tailwindcss/vite';
import { build, type Plugin } from 'vite';
import { withoutRules } from './without-rules.ts';

const SRC = fileURLToPath(new URL('../src', import.meta.url));

/** What stands in a file of its own, instead of what a served page has. */
const STANDS_ALONE: Readonly<Record<string, string>> = {
  'lib/api/transport.ts': 'export/transport.ts',
  'lib/ui/now.svelte.ts': 'export/now.ts',
  'lib/features/frame/url.svelte.ts': 'export/url.svelte.ts',
  'lib/features/graph/lay-out.ts': 'export/lay-out.ts',
  'lib/features/play/LiveState.svelte': 'export/AsOf.svelte',
  'lib/features/play-actions/PlayActions.svelte': 'export/Nothing.svelte',
  'lib/features/answers/AnswerForm.svelte': 'export/Unanswered.svelte',
};

const standingAlone: Plugin = {
  name: 'standing-alone',
  enforce: 'pre',
  async resolveId(source, importer, options) {
    if (importer === undefined || importer.includes('/src/export/')) return undefined;
    const found = await this.resolve(source, importer, { ...options, skipSelf: true });
    const other = STANDS_ALONE[found?.id.slice(SRC.length + 1) ?? ''];
    return other === undefined ? undefined : `${SRC}/${other}`;
  },
};

/** Script and styles into the page, and the page alone into the output. */
const oneFile: Plugin = {
  name: 'one-file',
  generateBundle: {
    order: 'post',
    handler(_options, bundle) {
      let script = '';
      let style = '';
      for (const [name, file] of Object.entries(bundle)) {
        if (file.type === 'chunk') script += file.code;
        else if (name.endsWith('.css')) style += String(file.source);
        else this.error(`${name} would be loaded from elsewhere`);
        delete bundle[name];
      }
      this.emitFile({ type: 'asset', fileName: 'play-page.html', source: pageOf(script, style) });
    },
  },
};

export const playFile: Plugin = {
  name: 'play-file',
  apply: 'build',
  async writeBundle({ dir = '' }) {
    await build({
      configFile: false,
      root: fileURLToPath(new URL('..', import.meta.url)),
      logLevel: 'warn',
      publicDir: false,
      plugins: [standingAlone, withoutRules, tailwindcss(), svelte(), oneFile],
      build: {
        outDir: dir,
        emptyOutDir: false,
        target: 'es2023',
        cssCodeSplit: false,
        assetsInlineLimit: 1_000_000,
        modulePreload: false,
        chunkSizeWarningLimit: 4000,
        rolldownOptions: {
          input: `${SRC}/export/main.ts`,
          output: { codeSplitting: false },
          checks: { pluginTimings: false },
        },
      },
    });
  },
};

/** The places into which an export writes are comments: neither script nor style holds one. */
function pageOf(script: string, style: string): string {
  const code = script.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
  const hash = createHash('sha256').update(code).digest('base64');
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${hash}'`,
    "style-src 'unsafe-inline'",
    'img-src data:',
    "form-action 'none'",
    "base-uri 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>A recorded play</title>
<style>${style}</style>
</head>
<body>
<div id="app"></div>
<noscript>This page holds a recorded play and shows it with its own script, which loads nothing.</noscript>
<script type="application/json" id="recorded-play"><!--recorded play--></script>
<script type="module">${code}</script>
</body>
</html>
`;
}
