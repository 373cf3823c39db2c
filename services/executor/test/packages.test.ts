// Contract: a play imports the packages that its source asks for, of the versions that were locked; while they are prepared a span of it says
// so; each set has a zygote of its own; nothing of a package runs before the play is in its box; what cannot be had fails the play with a
// reason. From wheels made here, without a network; the last one from a package index, where one is reached.

import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { silentLog } from '@hero-logic/platform';
import { createTempDir } from '@hero-logic/platform/testing';
import { SpanStatus } from '@hero-logic/proto/herologic/executor/v1/span_pb';
import { RunOutcome } from '@hero-logic/proto/herologic/scheduler/v1/lease_service_pb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInterpreters } from '../src/create-interpreters.ts';
import { findPython } from '../src/interpreters/python.ts';
import { createEnvironments } from '../src/packages/environments.ts';
import { isPythonWanted } from '../src/packages/python-version.ts';
import { createWorld } from './world.ts';

const SDK = fileURLToPath(new URL('../../../python', import.meta.url));
const MAKE_WHEEL = fileURLToPath(new URL('support/make_wheel.py', import.meta.url));
const UV = fileURLToPath(new URL('../../../.cache/tools/uv/bin/uv', import.meta.url));
const python = await findPython().catch(() => undefined);
const hasUv = existsSync(process.env.HERO_LOGIC_UV ?? UV);
const withPandas = process.env.HERO_LOGIC_TEST_PANDAS === '1';
/** pandas alone takes as long to fetch and compile as all others. */
const NATIVE = ['numpy', 'pydantic', 'httpx', ...(withPandas ? ['pandas'] : [])];
const COMPUTES = `import httpx, numpy, pydantic
numbers = numpy.arange(1000.0)
${withPandas ? 'import pandas\nnumbers = pandas.DataFrame({"a": numbers}).a' : ''}
class Model(pydantic.BaseModel):
    total: float
return Model(total=float((numbers @ numbers) + numpy.linalg.norm(numpy.ones((50, 50))))).model_dump()`;

/** A module that somebody has installed for the whole machine, such as six; '' = there is none. */
const FIND_INSTALLED = `import os, re, site
found = [n[:-3] for p in site.getsitepackages() if os.path.isdir(p) for n in os.listdir(p) if re.fullmatch("[a-z][a-z0-9]*[.]py", n)]
print(min(found, default=""))`;
const installed = python && execFileSync(python, ['-s', '-c', FIND_INSTALLED], { encoding: 'utf8' }).trim();

const flowOf = (body: string) => `
import os, sys
from hero_tracing import flow

@flow
def main():
${body.replace(/^/gm, '    ')}
`;

describe.skipIf(python === undefined || !hasUv)('a play with packages', () => {
  const folder = createTempDir();
  const wheels = join(folder.path, 'wheels');
  let world: Awaited<ReturnType<typeof createWorld>>;
  let count = 0;

  const wheel = (name: string, version: string, source: string, ...requirements: string[]) =>
    execFileSync(python ?? '', [MAKE_WHEEL, wheels, name, version, source, ...requirements]);

  beforeAll(async () => {
    // In tier A+ each play has a user of its own, who has to reach it.
    chmodSync(folder.path, 0o755);
    mkdirSync(wheels);
    wheel('greeting', '1.0', 'import small\nTEXT = "hello " + small.WORD\n', 'small<2');
    wheel('greeting', '2.0', 'raise RuntimeError("this one is broken")\n');
    wheel('small', '1.0', 'WORD = "one"\n');
    wheel('small', '2.0', 'WORD = "two"\n');
    const common = { sdkPath: SDK, dir: join(folder.path, 'work'), log: silentLog };
    const source = { isOn: true, index: '', folder: wheels, builds: true };
    const uv = process.env.HERO_LOGIC_UV;
    const environments = createEnvironments({ ...common, dir: join(common.dir, 'packages'), uv, source });
    const interpreters = await createInterpreters({ ...common, slots: 2 });
    world = await createWorld({ interpreters, environments, config: { slots: 2 } });
  });
  afterAll(async () => {
    await world.dispose();
    folder.remove();
  });

  async function run(dependencies: string[], source: string, requiresPython = '') {
    const sid = `p${++count}`;
    world.scheduler.addVersion(sid, source, { dependencies, requiresPython });
    world.scheduler.enqueue(sid, { workflowVersionSid: sid });
    const report = await world.scheduler.reported(sid);
    return { report, spans: (await world.spans.getSkeleton({ playSid: sid })).spans };
  }

  it('imports them, and says what it prepares the first time only', async () => {
    const source = flowOf(
      'import greeting\nreturn [greeting.TEXT, os.path.basename(os.path.dirname(greeting.__file__))]',
    );
    const first = await run(['greeting==1.0'], source);
    expect(first.report).toMatchObject({ outcome: RunOutcome.SUCCESS });
    const [text, hash] = JSON.parse(first.report.outputData) as string[];
    expect(text).toBe('hello one');
    expect(first.spans.map((s) => [s.name, s.title, s.status, s.tags?.lock ?? ''])).toEqual([
      ['packages', 'preparing greeting', SpanStatus.OK, hash],
      ['main', '', SpanStatus.OK, ''],
    ]);
    const again = await run(['greeting==1.0'], source);
    expect(again.report.outputData).toBe(first.report.outputData);
    expect(again.spans.map((s) => s.name)).toEqual(['main']);
    const locks = join(folder.path, 'work', 'packages', 'locks');
    const lock = readFileSync(join(locks, readdirSync(locks)[0] ?? ''), 'utf8');
    expect(lock).toMatch(/^greeting==1\.0 \\\n +--hash=sha256:[0-9a-f]{64}\nsmall==1\.0 \\\n +--hash=sha256:/);
  });

  it('sees those of its own set alone, cannot change them, and no .pth file of theirs has run', async () => {
    const tries = `
import small
def refused(attempt):
    try: attempt()
    except Exception as error: return type(error).__name__
place = os.path.dirname(small.__file__)
return [small.WORD, refused(lambda: __import__("greeting")), refused(lambda: open(small.__file__, "a")),
        refused(lambda: os.listdir(os.path.dirname(place))), hasattr(sys, "small_pth_ran")]`;
    const { report } = await run(['small==2.0'], flowOf(tries));
    expect(report.error?.message ?? '').toBe('');
    const [word, other, change, list, ran] = JSON.parse(report.outputData) as unknown[];
    expect([word, other, ran]).toEqual(['two', 'ModuleNotFoundError', false]);
    expect(['PermissionError', 'OSError']).toContain(change);
    expect(['PermissionError', 'FileNotFoundError', null]).toContain(list);
  });

  it.skipIf(!installed)('is given what it asked for where the machine has another version of it', async () => {
    wheel(`${installed}`, '99.0', 'WORD = "asked for"\n');
    const { report } = await run([`${installed}==99.0`], flowOf(`import ${installed}\nreturn ${installed}.WORD`));
    expect([report.error?.message ?? '', report.outputData]).toEqual(['', '"asked for"']);
  });

  it.each([
    ['that nobody has', ['nothing-such==9.9'], '', 'PackagesNotFound', /nothing-such/],
    ['that do not fit together', ['greeting==1.0', 'small==2.0'], '', 'PackagesConflict', /do not fit together/],
    ['for another Python', [], '>=3.99', 'PythonVersion', />=3\.99.*3\.\d+/],
    ['that fail when they are imported', ['greeting==2.0'], '', 'RuntimeError', /this one is broken/],
  ])('asking for packages %s fails and says why', async (_, dependencies, requires, type, message) => {
    const { report, spans } = await run(dependencies, flowOf('import greeting'), requires);
    expect([report.outcome, report.error?.type]).toEqual([RunOutcome.FAILED, type]);
    expect(report.error?.message).toMatch(message);
    if (type !== 'RuntimeError') expect(spans[0]).toMatchObject({ name: 'packages', status: SpanStatus.FAILED });
  });

  it('is refused a wheel that is not the one that was locked', async () => {
    wheel('changing', '1.0', 'X = 1\n');
    const { report } = await run(['changing'], flowOf('import changing\nreturn changing.X'));
    expect(report.outputData).toBe('1');
    const packages = join(folder.path, 'work', 'packages');
    const locks = readdirSync(join(packages, 'locks')).map((name) => join(packages, 'locks', name));
    const lock = locks.find((path) => readFileSync(path, 'utf8').startsWith('changing')) ?? '';
    const source = { isOn: true, index: '', folder: wheels, builds: true };
    writeFileSync(lock, readFileSync(lock, 'utf8').replace(/sha256:..../, 'sha256:0000'));
    const fresh = createEnvironments({ sdkPath: SDK, dir: packages, source, log: silentLog });
    const failure = fresh.prepare({ dependencies: ['changing'], requiresPython: '' });
    await expect(failure).rejects.toMatchObject({ type: 'PackagesChanged' });
  });

  it('says so where packages are switched off, or uv is missing', async () => {
    const common = { sdkPath: SDK, dir: join(folder.path, 'other'), log: silentLog };
    const asked = { dependencies: ['small'], requiresPython: '' };
    const off = createEnvironments({ ...common, source: { isOn: false, index: '', folder: '', builds: true } });
    await expect(off.prepare(asked)).rejects.toMatchObject({ type: 'PackagesUnavailable' });
    const none = createEnvironments({
      ...common,
      uv: '/nowhere/uv',
      source: { isOn: true, index: '', folder: '', builds: true },
    });
    await expect(none.prepare(asked)).rejects.toThrow(/HERO_LOGIC_UV/);
  });

  it(`computes with ${NATIVE.join(', ')} from an index in each tier (pandas too: HERO_LOGIC_TEST_PANDAS=1)`, {
    timeout: 300_000,
  }, async (context) => {
    const dir = join(folder.path, 'native');
    const index = process.env.HERO_LOGIC_PACKAGES_INDEX ?? '';
    const environments = createEnvironments({
      ...{ sdkPath: SDK, dir: join(dir, 'packages'), uv: process.env.HERO_LOGIC_UV, log: silentLog },
      source: { isOn: true, index, folder: '', builds: true },
    });
    const asked = { dependencies: NATIVE, requiresPython: '' };
    const problem = await environments.prepare(asked).then(
      () => undefined,
      (error: { type: string; message: string }) => error,
    );
    if (problem?.type === 'PackagesUnavailable')
      return context.skip(`no package index is reached: ${problem.message.slice(0, 200)}`);
    expect(problem).toBeUndefined();
    const tiers: string[] = [];
    for (const mostTier of ['B', 'A', 'A+'] as const) {
      const place = join(dir, mostTier);
      const interpreters = await createInterpreters({ sdkPath: SDK, dir: place, slots: 1, mostTier, log: silentLog });
      const native = await createWorld({ interpreters, environments });
      native.scheduler.addVersion('n', flowOf(COMPUTES), { dependencies: NATIVE });
      native.scheduler.enqueue('n', { workflowVersionSid: 'n' });
      const report = await native.scheduler.reported('n');
      expect([report.error?.message ?? '', report.outputData], interpreters.tier).toEqual([
        '',
        '{"total":332833550.0}',
      ]);
      tiers.push(interpreters.tier);
      await native.dispose();
    }
    await context.annotate(`in the tiers ${tiers.join(', ')}`);
  });
});

it.each([
  ['', true],
  ['>=3.10', true],
  ['>=3.11.2,<4', true],
  ['>3.11.2', false],
  ['==3.11.*', true],
  ['!=3.11.*', false],
  ['~=3.10', true],
  ['~=3.11.3', false],
  ['<3.11', false],
])('Python 3.11.2 where %s is asked for: %s', (requires, isWanted) => {
  expect(isPythonWanted('3.11.2', requires)).toBe(isWanted);
});
