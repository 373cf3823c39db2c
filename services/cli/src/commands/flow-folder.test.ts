// Contract: what flow export writes, flow import brings into another library as it was: sources, labels, notes, entries, limits, inputs, current
// version, archived, examples with their versions, every JSON text. Exported again it is the same, byte for byte; imported again it changes
// nothing. All flows are checked before one is written, and problems name the file.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTempDir } from '@hero-logic/platform/testing';
import { VersionLimitsSchema } from '@hero-logic/proto/herologic/registry/v1/workflow_pb';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LIMITS } from '../flow-folder/bundle-files.ts';
import { createTestLibrary, type TestLibrary } from '../testing/test-library.ts';
import { flowExport } from './flow-export.ts';
import { flowImport } from './flow-import.ts';

let from: TestLibrary;
let to: TestLibrary;
let dir: ReturnType<typeof createTempDir>;
let folder: string;
beforeEach(() => {
  from = createTestLibrary();
  to = createTestLibrary();
  dir = createTempDir();
  folder = join(dir.path, 'flows');
});
afterEach(async () => {
  await from.close();
  await to.close();
  dir.remove();
});

const source = (name: string, body: string) =>
  `from hero_tracing import flow\r\n\n@flow(name="${name}")\ndef f(n: int = 2, text=None):\n    ${body}\n`;

/** Two flows with everything that there is. */
async function fill({ clients }: TestLibrary): Promise<void> {
  const { workflows, examples } = clients;
  const made = await workflows.createWorkflow({
    name: 'Ärger/über: alles',
    description: 'Zeile 1\n"Zeile 2" \u{1F600}',
    tags: ['b', 'a'],
    pythonSource: `\uFEFF${source('main', 'return 1')}`,
    notes: 'the first',
    limits: {
      wallMs: 86_400_000n,
      cpuS: 3,
      memoryMb: 64,
      network: 'none',
      maxRunning: 2,
      slotCost: 4,
      onDivergence: 'stop',
      isolation: 'version',
      services: 'read',
    },
    inputs: [
      {
        name: 'n',
        required: true,
        default: '9007199254740993.0',
        schema: '{"minimum": 1.0,\n "b": 1, "a": 2}',
        description: 'how many',
      },
      { name: 'any' },
    ],
  });
  const second = {
    workflowSid: made.sid,
    pythonSource: source('Ärger/über: alles', 'return 2'),
    label: 'better',
    setCurrent: true,
  };
  await workflows.createVersion(second);
  await workflows.createVersion({ workflowSid: made.sid, pythonSource: source('x', 'return 3') });
  const example = {
    workflowSid: made.sid,
    inputValues: { n: ' 1.0 ', text: '{"$json_text": "x"}', big: '[9007199254740993, 1e400]', __proto__x: '"a"' },
    resumes: { 'How many?': '{"b":1,\n"a":2}' },
    expectedOutput: '1.0',
  };
  const versionSid = made.currentVersionSid;
  await examples.upsertExample({
    ...example,
    name: 'A',
    workflowVersionSid: versionSid,
    tags: ['t'],
    description: 'd',
  });
  await examples.upsertExample({ ...example, name: 'a', expectedOutput: '' });
  await examples.upsertExample({ workflowSid: made.sid, name: '../../x' });
  await workflows.updateWorkflow({ workflowSid: made.sid, name: 'x', archived: true });
  await workflows.createWorkflow({ name: 'empty' });
}

/** Everything of a library that is not its own. */
async function contentOf({ clients }: TestLibrary): Promise<object[]> {
  const { workflows } = await clients.workflows.listWorkflows({});
  return Promise.all(
    workflows.map(async ({ sid }) => {
      const flow = await clients.workflows.getWorkflow({ workflow: { case: 'workflowSid', value: sid } });
      const versions = await Promise.all(flow.versions.map((v) => clients.workflows.getVersion({ versionSid: v.sid })));
      const numberOf = (versionSid: string) => versions.find((v) => v.sid === versionSid)?.number;
      const { examples } = await clients.examples.listExamples({ workflowSid: sid });
      const { name, description, tags, archived } = flow;
      return {
        ...{ name, description, tags, archived, current: numberOf(flow.currentVersionSid) },
        versions: versions.map(({ sid: _s, workflowSid: _w, createdAt: _c, ...rest }) => rest),
        examples: examples.map(
          ({ sid: _s, workflowSid: _w, workflowVersionSid, createdAt: _c, updatedAt: _u, ...rest }) => ({
            ...rest,
            version: numberOf(workflowVersionSid),
          }),
        ),
      };
    }),
  );
}

function filesIn(path: string): Record<string, string> {
  const entries = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(paths.map((file) => [file.slice(path.length), readFileSync(file, 'utf8')]));
}

const write = (file: string, change: (text: string) => string) => {
  const path = join(folder, file);
  writeFileSync(path, change(readFileSync(path, 'utf8')));
};

it('brings everything over as it was, and the same files back', async () => {
  await fill(from);
  expect(await flowExport(from.context, { folder, names: [] })).toBe(0);
  expect(await flowImport(to.context, { folder, names: [] })).toBe(0);
  expect(await contentOf(to)).toEqual(await contentOf(from));
  expect(to.io.written.out).toContain('x: created, version 1 added, version 2 added, version 3 added, example');
  const other = join(dir.path, 'again');
  await flowExport(to.context, { folder: other, names: [] });
  expect(filesIn(other)).toEqual(filesIn(folder));
  to.io.written.out = '';
  expect(await flowImport(to.context, { folder, names: [] })).toBe(0);
  expect(to.io.written.out).toBe('empty: no change\nx: no change\n');
});

it('writes what people can read, removes what is gone, and keeps the folder of a flow', async () => {
  await fill(from);
  await flowExport(from.context, { folder, names: ['x'] });
  expect(Object.keys(filesIn(folder))).toEqual([
    '/x/examples/%2E.%2F..%2Fx.json',
    '/x/examples/A.json',
    expect.stringMatching(/^\/x\/examples\/a~[0-9a-f]{8}\.json$/),
    '/x/flow.json',
    '/x/v1.py',
    '/x/v2.py',
    '/x/v3.py',
  ]);
  const example = readFileSync(join(folder, 'x/examples/A.json'), 'utf8');
  expect(example).toContain('"big": [9007199254740993, 1e400]');
  expect(example).toContain('"n": {\n      "$json_text": " 1.0 "\n    }');
  expect(example).toContain('"version": 1');
  const { workflows, examples } = from.clients;
  const flow = await workflows.getWorkflow({ workflow: { case: 'name', value: 'x' } });
  const [first] = (await examples.listExamples({ workflowSid: flow.sid })).examples;
  await examples.deleteExample({ exampleSid: first?.sid ?? '' });
  writeFileSync(join(folder, 'x/notes.txt'), 'mine');
  await workflows.updateWorkflow({ workflowSid: flow.sid, name: 'renamed' });
  write('x/flow.json', (text) => text.replace('"name": "x"', '"name": "renamed"'));
  await flowExport(from.context, { folder, names: ['renamed'] });
  expect(Object.keys(filesIn(folder))).toHaveLength(7);
  expect(filesIn(folder)['/x/notes.txt']).toBe('mine');
  from.io.written.out = '';
  await flowExport(from.context, { folder, names: ['renamed'] });
  expect(from.io.written.out).toContain('(no change)');
});

it('checks every flow before it writes one, and names the files', async () => {
  await fill(from);
  await flowExport(from.context, { folder, names: [] });
  write('x/v2.py', () => 'def f(:');
  write('x/examples/A.json', (text) => text.replace('"version": 1', '"version": 9'));
  write('x/flow.json', (text) => text.replace('"current": 2', '"current": 7'));
  expect(await flowImport(to.context, { folder, names: [] })).toBe(1);
  expect(await contentOf(to)).toEqual([]);
  expect(to.io.written.err.split('\n').map((line) => line.trim().replace(`${folder}/`, ''))).toEqual([
    'error: nothing was imported',
    'x/flow.json: current: must be one of the versions 1 to 3',
    'x/examples/A.json: version_number: is 9; there are 3 versions',
    expect.stringMatching(/^x\/v2\.py: line 1, column \d+: invalid syntax/),
    '[INVALID_ARGUMENT]',
    '',
  ]);
});

it('names all that does not parse at once, of every flow and of every kind of file, also when no server answers', async () => {
  await fill(from);
  await flowExport(from.context, { folder, names: [] });
  write('x/v2.py', () => 'def f(:');
  write('x/examples/A.json', () => '{"format": ');
  write('x/examples/%2E.%2F..%2Fx.json', (text) => text.replace('"name"', '"tags": [1], "nom"'));
  write('empty/flow.json', () => '[]');
  const lines = async (names: string[] = []) => {
    to.io.written.err = '';
    expect(await flowImport(to.context, { folder, names })).toBe(1);
    return to.io.written.err.split('\n').map((line) => line.trim().replace(`${folder}/`, ''));
  };
  const files = [
    'error: nothing was imported',
    'empty/flow.json: must hold a JSON object',
    'x/examples/%2E.%2F..%2Fx.json: tags: must be a list of strings',
    expect.stringMatching(/^x\/examples\/%2E.%2F..%2Fx.json: nom: is unknown; known are format, name,/),
    expect.stringMatching(/^x\/examples\/A.json: .*JSON/),
  ];
  const rest = ['[INVALID_ARGUMENT]', ''];
  const broken = expect.stringMatching(/^x\/v2\.py: line 1, column \d+: invalid syntax/);
  expect(await lines()).toEqual([...files, broken, ...rest]);
  rmSync(join(folder, 'x/v2.py'));
  expect(await lines()).toEqual([files[0], files[1], 'x/v2.py: there is no such file', ...files.slice(2), ...rest]);
  expect(await contentOf(to)).toEqual([]);
  writeFileSync(join(folder, 'x/v2.py'), 'def f(:');
  await to.close();
  expect(await lines()).toEqual([...files, ...rest]);
  to = createTestLibrary();
});

it('refuses another label or other limits of a version that is there; a dry run says what would change', async () => {
  await fill(from);
  await flowExport(from.context, { folder, names: [] });
  await flowImport(to.context, { folder, names: [] });
  const before = await contentOf(to);
  write('x/flow.json', (text) => text.replace('"better"', '"best"').replace('"cpu_s": 3', '"cpu_s": 4'));
  expect(await flowImport(to.context, { folder, names: ['x'] })).toBe(1);
  expect(to.io.written.err).toContain('versions[1].label: is "better" in the library, not "best"');
  expect(to.io.written.err).toContain('versions[0].limits');
  expect(to.io.written.err).toContain('[VERSION_DIFFERS]');
  expect(await contentOf(to)).toEqual(before);
  write('x/flow.json', (text) =>
    text.replace('"best"', '"better"').replace('"cpu_s": 4', '"cpu_s": 3').replace('"archived": true,', ''),
  );
  to.io.written.out = '';
  expect(await flowImport(to.context, { folder, names: ['x'], dryRun: true })).toBe(0);
  expect(to.io.written.out).toBe('x: brought back\n');
  expect(await contentOf(to)).toEqual(before);
  rmSync(join(folder, 'x/examples/A.json'));
  to.io.written.out = '';
  expect(await flowImport(to.context, { folder, names: ['x'] })).toBe(0);
  expect(to.io.written.out).toBe('x: brought back\n  only in the library, and stays: example "A"\n');
});

it('says what is wrong with a folder', async () => {
  const problem = async (names: string[] = []) => {
    to.io.written.err = '';
    const said = await flowImport(to.context, { folder, names }).then(
      () => to.io.written.err,
      (error: Error) => error.message,
    );
    return said.replaceAll(`${folder}/`, '');
  };
  expect(await problem()).toContain('there is no folder');
  mkdirSync(join(folder, 'x'), { recursive: true });
  expect(await problem()).toContain('neither it nor a folder in it has a flow.json');
  const flow = (text: string) => writeFileSync(join(folder, 'x/flow.json'), text);
  const good = { format: 'hero-logic flow 1', name: 'x', versions: [] as object[] };
  const cases: [object | string, string][] = [
    ['{"a": ', 'x/flow.json: '],
    ['[]', 'x/flow.json: must hold a JSON object'],
    [{ ...good, format: 'other' }, 'x/flow.json: format: must be "hero-logic flow 1", not "other"'],
    [{ ...good, nam: 1 }, 'x/flow.json: nam: is unknown'],
    [{ ...good, tags: [1] }, 'x/flow.json: tags: must be a list of strings'],
    [{ ...good, name: '' }, 'x/flow.json: name: is required'],
    [{ ...good, versions: [{ number: 2 }] }, 'x/flow.json: versions[0].number: must be 1'],
    [{ ...good, versions: [{ number: 1, file: '../v1.py' }] }, 'x/flow.json: versions[0].file: must be the name'],
    [{ ...good, versions: [{ number: 1, file: 'v1.py' }] }, 'x/v1.py: there is no such file'],
  ];
  for (const [text, expected] of cases) {
    flow(typeof text === 'string' ? text : JSON.stringify(text));
    expect(await problem()).toContain(expected);
  }
  flow(JSON.stringify(good));
  expect(await problem(['y'])).toContain('holds no flow "y"; it holds x');
  mkdirSync(join(folder, 'z'));
  writeFileSync(join(folder, 'z/flow.json'), JSON.stringify(good));
  expect(await problem()).toContain('hold the same flow, "x"');
});

it('has a word for every limit that a version can have', () => {
  const all = VersionLimitsSchema.fields.map(({ localName }) => localName).sort();
  expect(Object.values(LIMITS).sort()).toEqual(all);
});
