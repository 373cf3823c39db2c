// Contract: nothing of a package runs while it is fetched and unpacked, nor in the zygote, nor in the place of the SDK or of the standard library
// before a play has begun; nothing of it lies outside its own folder. Each way is first shown to work without the sandbox: with uv as it is, and
// in a plain interpreter. Where the machine has no uv, it is skipped.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { silentLog } from '@hero-logic/platform';
import { createTempDir } from '@hero-logic/platform/testing';
import { RunOutcome } from '@hero-logic/proto/herologic/scheduler/v1/lease_service_pb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInterpreters } from '../src/create-interpreters.ts';
import { findPython } from '../src/interpreters/python.ts';
import { createEnvironments, type Environments } from '../src/packages/environments.ts';
import { createWorld } from './world.ts';

const SDK = fileURLToPath(new URL('../../../python', import.meta.url));
const MAKE_HOSTILE = fileURLToPath(new URL('support/make_hostile.py', import.meta.url));
const CACHED_UV = fileURLToPath(new URL('../../../.cache/tools/uv/bin/uv', import.meta.url));
const uv = process.env.HERO_LOGIC_UV ?? CACHED_UV;
const python = (await findPython().catch(() => undefined)) ?? '';

const LOOKS = `
import json, os, sys
import hero_tracing
from hero_tracing import flow

@flow
def main():
    import hostile
    place = os.path.dirname(hostile.__file__)
    others = [json, hero_tracing, sys.modules.get("sitecustomize", os)]
    return [hostile.X, [one.__name__ for one in others if one.__file__.startswith(place)]]
`;

describe.skipIf(python === '' || !existsSync(uv))('a hostile package', () => {
  const folder = createTempDir();
  const wheels = join(folder.path, 'wheels');
  const mark = join(folder.path, 'mark');
  let environments: Environments;
  let world: Awaited<ReturnType<typeof createWorld>>;

  beforeAll(async () => {
    mkdirSync(wheels);
    execFileSync(python, [MAKE_HOSTILE, wheels, mark]);
    const common = { sdkPath: SDK, dir: join(folder.path, 'work'), log: silentLog };
    const source = { isOn: true, index: '', folder: wheels };
    environments = createEnvironments({ ...common, dir: join(common.dir, 'packages'), uv, source });
    const interpreters = await createInterpreters({ ...common, slots: 1 });
    world = await createWorld({ interpreters, environments });
  });
  afterAll(async () => {
    await world.dispose();
    folder.remove();
  });

  /** Who has run since the last time. */
  function whoRan(): string[] {
    const names = existsSync(mark) ? readFileSync(mark, 'utf8').trim().split('\n') : [];
    rmSync(mark, { force: true });
    return [...new Set(names)].sort();
  }

  function installOutside(name: string): string {
    const target = join(folder.path, 'outside', name);
    const args = ['--no-index', '--find-links', wheels, '--target', target, '--python', python];
    execFileSync(uv, ['pip', 'install', '--quiet', '--no-config', '--no-cache', ...args, name]);
    return target;
  }

  async function run(sid: string, dependencies: string[], source: string) {
    world.scheduler.addVersion(sid, source, { dependencies });
    world.scheduler.enqueue(sid, { workflowVersionSid: sid });
    return world.scheduler.reported(sid);
  }

  it('that has to be built is refused, and its building does not run', async () => {
    installOutside('built');
    expect(whoRan(), 'VOID: it must run outside').toEqual(['build']);
    const report = await run('built', ['built'], LOOKS);
    expect([report.outcome, report.error?.type]).toEqual([RunOutcome.FAILED, 'PackagesNeedBuild']);
    expect(report.error?.message).toMatch(/no wheel for this Python and machine, and nothing is built here/);
    expect(whoRan()).toEqual([]);
  });

  it('with files that interpreters run, and names of others, has run nothing and stands in nobody’s place', async () => {
    const target = installOutside('hostile');
    const env = { ...process.env, PYTHONPATH: `${target}:${SDK}` };
    const plain = 'import json, hero_tracing, hero_zygote, site, sys; site.addsitedir(sys.argv[1])';
    execFileSync(python, ['-c', plain, target], { env });
    const ways = ['hero_tracing', 'hero_zygote', 'json', 'pth', 'sitecustomize'];
    expect(whoRan(), 'VOID: they must run outside').toEqual(ways);
    const report = await run('hostile', ['hostile'], LOOKS);
    expect([report.error?.message ?? '', report.outputData]).toEqual(['', '[1,[]]']);
    expect(whoRan()).toEqual([]);
  });

  it('with a file that is to lie elsewhere leaves none there', async () => {
    const unpack = 'import os, sys, zipfile\nfor e in (z := zipfile.ZipFile(sys.argv[1])).namelist():\n';
    const write =
      '    os.makedirs(os.path.dirname(p := os.path.join(sys.argv[2], e)), exist_ok=True); open(p, "wb").write(z.read(e))';
    const target = join(folder.path, 'naive', 'a', 'b', 'c');
    mkdirSync(target, { recursive: true });
    execFileSync(python, ['-c', unpack + write, join(wheels, 'elsewhere-1.0-py3-none-any.whl'), target]);
    expect(existsSync(join(folder.path, 'naive', 'escaped.py')), 'VOID: it must lie there outside').toBe(true);
    await environments.prepare({ dependencies: ['elsewhere'], requiresPython: '' }).catch(() => {});
    const there = readdirSync(join(folder.path, 'work'), { recursive: true, encoding: 'utf8' });
    const envs = readdirSync(join(folder.path, 'work', 'packages', 'envs')).map((name) => `packages/envs/${name}/`);
    const strays = there.filter((path) => path.endsWith('escaped.py') && !envs.some((env) => path.startsWith(env)));
    expect(strays.filter((path) => !path.startsWith('packages/cache/'))).toEqual([]);
    expect(existsSync(join(folder.path, 'escaped.py'))).toBe(false);
  });

  it('cannot be asked for by an address, an option or a file', async () => {
    writeFileSync(join(folder.path, 'more.txt'), 'hostile\n');
    for (const asked of ['--index-url http://127.0.0.1:1', '-r ../more.txt', `hostile @ file://${wheels}`, '-e .']) {
      const source = `# /// script\n# dependencies = [${JSON.stringify(asked)}]\n# ///\n`;
      const inspect = fileURLToPath(new URL('../../registry/python', import.meta.url));
      const ask =
        'import sys; sys.path.insert(0, sys.argv[1]); import script_metadata; script_metadata.packages_of(sys.stdin.read())';
      const tried = () =>
        execFileSync(python, ['-c', ask, inspect], { input: source, stdio: ['pipe', 'pipe', 'pipe'] });
      expect(tried, asked).toThrow(/InvalidSource/);
    }
  });
});
