// Contract: nothing of a package runs while it is fetched and unpacked, nor in the zygote, nor in the place of the SDK or of the standard library
// before a play has begun; nothing of it lies outside its own folder. What runs while it is built reaches nothing, and ends with that. Each way is first shown to work without the sandbox: with uv as it is, and
// in a plain interpreter. Where the machine has no uv, it is skipped.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { silentLog } from '@hero-logic/platform';
import { createTempDir } from '@hero-logic/platform/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
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
  const victim = spawn(python, ['-c', 'import time; time.sleep(600)'], { stdio: 'ignore' });
  const server = createServer((socket) => socket.destroy());
  let environments: Environments;
  let world: Awaited<ReturnType<typeof createWorld>>;

  beforeAll(async () => {
    mkdirSync(wheels);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    writeFileSync(`${mark}.secret`, 'secret');
    execFileSync(python, [MAKE_HOSTILE, wheels, mark, String(port), String(victim.pid)]);
    const common = { sdkPath: SDK, dir: join(folder.path, 'work'), log: silentLog };
    environments = open('packages', true);
    const interpreters = await createInterpreters({ ...common, slots: 1 });
    world = await createWorld({ interpreters, environments });
  });
  afterAll(async () => {
    await world.dispose();
    server.close();
    victim.kill('SIGKILL');
    folder.remove();
  });

  function open(name: string, builds: boolean): Environments {
    const buildMost = { bytes: 64 * 2 ** 20, files: 10_000 };
    const source = { isOn: true, index: '', folder: wheels, builds, buildMost };
    return createEnvironments({ sdkPath: SDK, dir: join(folder.path, 'work', name), uv, source, log: silentLog });
  }

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

  describe('that has to be built', () => {
    interface Found extends Record<string, unknown> {
      readonly daemon: number;
    }

    /** One that has been killed may still wait for its parent to look. */
    function runs({ daemon }: Found): boolean {
      try {
        return !/\) [ZX] /.test(readFileSync(`/proc/${daemon}/stat`, 'utf8'));
      } catch {
        return false;
      }
    }

    it('reaches nothing while it is built, and leaves nothing behind', async () => {
      const print = 'import built, json; print(json.dumps(built.X))';
      const env = { ...process.env, PYTHONPATH: installOutside('built') };
      const outside = JSON.parse(execFileSync(python, ['-c', print], { env, encoding: 'utf8' })) as Found;
      expect(runs(outside), 'VOID: what it starts must outlive it outside').toBe(true);
      process.kill(outside.daemon, 'SIGKILL');
      const { daemon: _, leaks: __, users, ...ways } = outside;
      for (const [way, found] of Object.entries(ways)) expect(found, `VOID: it ${way} outside`).toBe('open');
      if (process.getuid?.() === 0) expect(users, 'VOID: it makes namespaces outside').toBe('open');

      const source = LOOKS.replace(/return .*/, 'return hostile.X').replaceAll('hostile', 'built');
      const report = await run('built', ['built'], source);
      expect(report.error?.message ?? '').toBe('');
      const inside = JSON.parse(report.outputData) as Found;
      expect(Object.entries(inside).filter(([, found]) => found === 'open')).toEqual([]);
      expect(inside).toMatchObject({ leaks: 'nothing', connects: 'PermissionError' });
      await vi.waitFor(() => expect(runs(inside), 'it outlives its building').toBe(false), 20_000);
      const { spans } = await world.spans.getSkeleton({ playSid: 'built' });
      expect(spans.map(({ name, title }) => [name, title]).slice(0, 2)).toEqual([
        ['packages', 'preparing built'],
        ['build', 'building built==1.0'],
      ]);
    });

    it.each([
      ['fills the disk', 'filling', 'PackagesTooLarge', /written more than 64 MiB/],
      ['makes a wheel of another name', 'lying', 'PackagesBuildFailed', /json/],
      ['cannot be built', 'failing', 'PackagesBuildFailed', /The end of its log:[\s\S]*there is no compiler for this/],
    ])('and %s fails and says why', async (_, name, type, message) => {
      if (name === 'filling') installOutside(name);
      const failure = environments.prepare({ dependencies: [name], requiresPython: '' }, { mayBuild: true });
      await expect(failure).rejects.toMatchObject({ type, message: expect.stringMatching(message) });
      expect(readdirSync(join(folder.path, 'work', 'packages')).filter((one) => one.startsWith('work-'))).toEqual([]);
    });

    it('is refused where building is forbidden, or the sandbox cannot hold it', async () => {
      const asked = { dependencies: ['built'], requiresPython: '' };
      const forbidden = open('forbidden', false).prepare(asked, { mayBuild: true });
      await expect(forbidden).rejects.toMatchObject({ type: 'PackagesNeedBuild' });
      await expect(open('weak', true).prepare(asked)).rejects.toMatchObject({ type: 'PackagesNeedBuild' });
    });
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
