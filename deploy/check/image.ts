// The file system of the image, laid out in a folder by the COPY lines of the Dockerfile: what runs there runs in a container. The packages
// are installed by the command of the Dockerfile; the pages are those that are built here, if they are.

import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from './chart.ts';
import { run } from './tools.mjs';

export interface Image {
  readonly folder: string;
  /** Entry point and arguments, as `docker run IMAGE args` starts them. */
  command(args: readonly string[]): readonly string[];
  /** ENV of the Dockerfile. */
  readonly env: Readonly<Record<string, string>>;
}

interface Step {
  readonly verb: string;
  readonly rest: string;
}

export function layOutImage(folder: string): Image {
  const [build = [], runtime = []] = stagesOf(readFileSync(join(ROOT, 'deploy/Dockerfile'), 'utf8'));
  const buildDir = join(folder, 'build');
  const appDir = join(folder, 'app');
  for (const step of build) if (step.verb === 'COPY') copy(step.rest, ROOT, buildDir);
  const install = build.findLast(({ verb, rest }) => verb === 'RUN' && rest.startsWith('npm ci'))?.rest ?? '';
  run('npm', [...install.split(/\s+/).slice(1), '--prefer-offline', '--loglevel=error'], { cwd: buildDir });
  const pages = join(ROOT, 'admin-ui', 'dist');
  if (existsSync(pages)) cpSync(pages, join(buildDir, 'admin-ui', 'dist'), { recursive: true });
  for (const { verb, rest } of runtime) {
    if (verb !== 'COPY') continue;
    const fromBuild = rest.startsWith('--from=build ');
    copy(rest.replace('--from=build ', '').replaceAll('/build/', ''), fromBuild ? buildDir : ROOT, appDir);
  }
  const entry = JSON.parse(runtime.find(({ verb }) => verb === 'ENTRYPOINT')?.rest ?? '[]') as string[];
  const env = runtime
    .filter(({ verb }) => verb === 'ENV')
    .flatMap(({ rest }) => rest.split(' ').map((pair) => pair.split('=')));
  return { folder: appDir, command: (args) => [...entry, ...args], env: Object.fromEntries(env) };
}

function stagesOf(text: string): Step[][] {
  const joined = text.replace(/^#.*\n/gm, '').replace(/\\\n\s*/g, ' ');
  const stages: Step[][] = [];
  for (const line of joined.split('\n').filter((one) => one.trim() !== '')) {
    const [, verb = '', rest = ''] = /^(\w+) (.*)$/.exec(line) ?? [];
    if (verb === 'FROM') stages.push([]);
    stages.at(-1)?.push({ verb, rest });
  }
  return stages;
}

/** `sources... destination`, both relative to their folders. What .dockerignore leaves out and matters here: packages, built pages, tests. */
function copy(words: string, from: string, to: string): void {
  const parts = words.split(' ');
  const target = parts.at(-1) ?? '';
  for (const source of parts.slice(0, -1)) {
    const destination = target.endsWith('/') ? join(to, target, source) : join(to, target);
    if (!existsSync(join(from, source))) continue;
    mkdirSync(dirname(destination), { recursive: true });
    cpSync(join(from, source), destination, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) =>
        from !== ROOT ||
        !/\/(node_modules|dist|test|tests|__pycache__)(\/|$)|\.test\.ts$/.test(path.slice(ROOT.length - 1)),
    });
  }
}
