// Contract: what each client verb prints, where, and how it ends: results on stdout, talk on stderr, exit codes as documented, JSON and
// nothing else with -o json, errors with the reason last and violations by field.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { HeroError, invalid } from '@hero-logic/platform';
import { createTempDir } from '@hero-logic/platform/testing';
import { SpanStatus } from '@hero-logic/proto/herologic/executor/v1/span_pb';
import { FieldType } from '@hero-logic/proto/herologic/registry/v1/flow_field_pb';
import { ConcurrencyPolicy, PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runTestCli } from '../src/testing/run-test-cli.ts';
import { AT, createTestServer, type TestServer } from '../src/testing/test-server.ts';
import { width } from '../src/text/width.ts';

let server: TestServer;
let dir: ReturnType<typeof createTempDir>;
beforeEach(async () => {
  server = await createTestServer();
  dir = createTempDir();
});
afterEach(async () => {
  await server.close();
  dir.remove();
});

const cli = (argv: string[], options = {}) => runTestCli(server.url, argv, options);
const asks = (name: string, schema: object, more = {}) => ({
  id: `id-${name}`,
  name,
  schema: JSON.stringify(schema),
  ...more,
});

function file(name: string, text: string): string {
  const path = join(dir.path, name);
  writeFileSync(path, text);
  return path;
}

test('flow add creates, adds versions, notices an equal source, and reads stdin', async () => {
  const path = file('invoice.py', 'one');
  expect(await cli(['flow', 'add', path, '--tag', 'a', '--tag', 'b', '--description', 'bills'])).toMatchObject({
    code: 0,
    out: 'invoice v1 (created, current)\n',
    err: '',
  });
  expect(server.flows.get('invoice')).toMatchObject({ tags: ['a', 'b'], description: 'bills' });
  writeFileSync(path, 'two');
  expect((await cli(['flow', 'add', path, '--no-set-current'])).out).toBe('invoice v2 (version added, not current)\n');
  expect((await cli(['flow', 'add', path])).out).toBe('invoice v2 (unchanged, current)\n');
  expect((await cli(['flow', 'add', '-', '--name', 'x'], { stdin: 'three' })).out).toBe('x v1 (created, current)\n');
  expect(await cli(['flow', 'add', '-'])).toMatchObject({ code: 2, err: expect.stringContaining('needs --name') });
  const json = JSON.parse((await cli(['flow', 'add', path, '-o', 'json'])).out);
  expect(json).toMatchObject({
    change: 'unchanged',
    workflow: { name: 'invoice' },
    version: { number: 2, created_at: AT },
  });
});

test('a source that does not parse is shown as file:line:col with its line and a caret', async () => {
  const path = file('bad.py', 'def f():\n  BROKEN (\n');
  const ran = await cli(['flow', 'add', path]);
  expect(ran).toMatchObject({ code: 1, out: '' });
  expect(ran.err).toBe(`${path}:2:3: invalid syntax\n2 |   BROKEN (\n      ^\n[INVALID_SOURCE]\n`);
  const json = await cli(['flow', 'add', path, '-o', 'json']);
  expect(JSON.parse(json.err)).toMatchObject({
    error: { reason: 'INVALID_SOURCE', violations: [{ field: 'python_source' }] },
  });
});

test('flow list and show', async () => {
  expect(await cli(['flow', 'list'])).toMatchObject({
    code: 0,
    out: '',
    err: expect.stringContaining('hero-logic flow add'),
  });
  server.addFlow('invoice', [
    { name: 'amount', fieldType: FieldType.NUMBER, required: true, description: 'gross' },
    { name: 'tone', fieldType: FieldType.STRING, default: '"kind"' },
  ]);
  expect((await cli(['flow', 'list'])).out).toMatch(/^invoice\t.*\tready\t\t\n$/);
  const shown = (await cli(['flow', 'show', 'invoice'])).out;
  expect(shown).toContain('  amount (number, required)  gross\n  tone (string, default "kind")\n');
  expect(shown).toContain('  v1  current  ');
  expect((await cli(['flow', 'show', 'invoice', '--source'])).out).toBe('# invoice');
  expect(await cli(['flow', 'show', 'nope'])).toMatchObject({
    code: 1,
    err: 'error: there is no workflow "nope" [WORKFLOW_NOT_FOUND]\n',
  });
  expect(await cli(['flow', 'show', 'invoice', '--flow-version', '7'])).toMatchObject({
    code: 1,
    err: expect.stringContaining('[VERSION_NOT_FOUND]'),
  });
});

test('play start sends typed inputs and prints the sid; a large stdin comes through', async () => {
  server.addFlow('invoice', [
    { name: 'text', fieldType: FieldType.STRING },
    { name: 'n', fieldType: FieldType.INTEGER },
  ]);
  const large = 'x'.repeat(600_000);
  const ran = await cli(
    [
      'play',
      'start',
      'invoice',
      '-i',
      'text=@-',
      '--input',
      'n=5',
      '--name',
      'March',
      '--idempotency-key',
      'k',
      '--prefill',
      '{"ok": true}',
    ],
    { stdin: large },
  );
  expect(ran).toMatchObject({ code: 0, out: 'play-1\n', err: '' });
  expect(server.seen.started[0]).toMatchObject({
    inputData: `{"text":"${large}","n":5}`,
    name: 'March',
    idempotencyKey: 'k',
    prefillResumesJson: '{"ok": true}',
  });
  expect(await cli(['play', 'start', 'invoice', '-i', 'n=x'])).toMatchObject({
    code: 2,
    err: 'error: --input n: must be an integer, not x [INVALID_ARGUMENT]\n',
  });
  expect(await cli(['play', 'start', 'invoice', '--wait', '--watch'])).toMatchObject({ code: 2 });
});

test.each([
  [PlayStatus.SUCCESS, 0, { outputData: '{"total": 1.0}' }, '{"total": 1.0}\n', '✓ success'],
  [
    PlayStatus.FAILED,
    1,
    { error: { type: 'ValueError', message: 'no', traceback: 'at line 3' } },
    '',
    'error: ValueError: no\n  at line 3',
  ],
  [PlayStatus.CANCELLED, 4, {}, '', 'cancelled'],
  [PlayStatus.TIMED_OUT, 5, {}, '', 'timed_out'],
  [
    PlayStatus.AWAITING_RESUME,
    3,
    { pendingResumes: [asks('sure', { type: 'boolean' }, { message: 'Sure?' })] },
    '',
    '? Sure?\n  hero-logic play answer p VALUE',
  ],
])('play start --wait and play watch end a play of status %s with %s', async (status, code, more, out, err) => {
  server.addFlow('invoice');
  const play = server.addPlay({ sid: 'p', status, ...more });
  expect(await cli(['play', 'start', 'invoice', '--wait'])).toMatchObject({
    code,
    out,
    err: expect.stringContaining(err),
  });
  server.watches.push([{ play, caughtUp: true }, 'end']);
  expect(await cli(['play', 'watch', 'p'])).toMatchObject({ code, err: expect.stringContaining(err) });
  const json = await cli(['play', 'start', 'invoice', '--wait', '-o', 'json']);
  expect(json).toMatchObject({ code, err: '' });
  expect(JSON.parse(json.out)).toMatchObject({ sid: 'p', created_at: AT, status: PlayStatus[status]?.toLowerCase() });
});

test('play watch without a terminal prints a line a change; with JSON a message a line', async () => {
  const play = server.addPlay({
    sid: 'p',
    status: PlayStatus.SUCCESS,
    completedAt: timestampFromMs(AT),
    outputData: '7',
  });
  const span = (spanId: string, parentId: string, status: SpanStatus, ms?: number) => ({
    spanId,
    parentId,
    name: spanId,
    status,
    attempt: 1,
    startMs: timestampFromMs(AT),
    ...(ms === undefined ? {} : { endMs: timestampFromMs(AT + ms) }),
  });
  const steps = [
    {
      play: { ...play, status: PlayStatus.RUNNING },
      spans: [span('main', '', SpanStatus.RUNNING)],
      seq: 1n,
      caughtUp: true,
    },
    { spans: [span('load', 'main', SpanStatus.RUNNING)], seq: 2n },
    { spans: [span('load', 'main', SpanStatus.OK, 12)], seq: 3n },
    { play, spans: [span('main', '', SpanStatus.OK, 20)], seq: 4n },
    'end' as const,
  ];
  server.watches.push([...steps], [...steps]);
  expect(await cli(['play', 'watch', 'p'])).toMatchObject({
    code: 0,
    out: '▶ running main\n▶ play running\n▶ running main › load\n✓ ok main › load  12 ms\n✓ ok main  20 ms\n✓ play success\n7\n',
  });
  const json = (await cli(['play', 'watch', 'p', '-o', 'json'])).out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(json).toHaveLength(4);
  expect(json[2]).toMatchObject({ seq: 3, spans: [{ span_id: 'load', status: 'ok', end_ms: AT + 12 }] });
});

test('play watch at a terminal asks in place, shows violations and asks again, and goes on to the end', async () => {
  const question = asks('color', { enum: ['red', 'green'] }, { message: 'Which colour?' });
  const number = asks('count', { type: 'number' }, { message: 'How many?' });
  const waiting = server.addPlay({ sid: 'p', status: PlayStatus.AWAITING_RESUME, pendingResumes: [question, number] });
  server.answerErrors.push(invalid([{ field: 'payload', description: 'must be >= 10' }], 'INVALID_PAYLOAD'));
  const done = { ...waiting, status: PlayStatus.SUCCESS, pendingResumes: [], outputData: '"done"' };
  server.watches.push([
    { play: waiting, caughtUp: true },
    async () => {
      await server.answered(2);
      server.plays.set('p', done);
    },
    { play: done },
    'end',
  ]);
  const ran = await cli(['play', 'watch', 'p'], { typed: ['7', '2', '2', 'ten', '12'] });
  expect(ran).toMatchObject({ code: 0, out: expect.stringMatching(/done\n$/) });
  expect(server.seen.answers).toEqual([
    ['id-color', '"green"'],
    ['id-count', '12'],
  ]);
  expect(ran.out).toContain('? Which colour?\n  1) red\n  2) green\n');
  expect(ran.out).toContain('choose 1 to 2');
  expect(ran.out).toContain('  payload: must be >= 10\n[INVALID_PAYLOAD]');
  expect(ran.out).toContain('must be a number');
}, 5000);

test('Ctrl-C leaves the play running and says how to come back; Ctrl-D leaves the question open', async () => {
  const question = asks('color', { type: 'string' });
  const waiting = server.addPlay({ sid: 'p', status: PlayStatus.AWAITING_RESUME, pendingResumes: [question] });
  server.watches.push([{ play: waiting, caughtUp: true }], [{ play: waiting, caughtUp: true }], [{ play: waiting }]);
  expect(await cli(['play', 'watch', 'p'], { typed: [] })).toMatchObject({
    code: 130,
    err: 'The play goes on. Come back with: hero-logic play watch p\n',
  });
  expect((await cli(['play', 'watch', 'p'], { typed: [null] })).code).toBe(3);
  expect((await cli(['play', 'watch', 'p'], { interrupted: AbortSignal.abort() })).code).toBe(130);
  expect(server.seen.answers).toEqual([]);
});

test('play answer: value by the schema, question by id or name, asked for on a terminal', async () => {
  const one = asks('note', { type: 'string' });
  const two = asks('count', { type: 'integer' });
  const play = server.addPlay({ sid: 'p', status: PlayStatus.AWAITING_RESUME, pendingResumes: [one] });
  expect(await cli(['play', 'answer', 'p', '5'])).toMatchObject({ code: 0, out: 'note answered\n' });
  expect(await cli(['play', 'answer', 'p', 'id-note', '@-'], { stdin: 'y'.repeat(300_000) })).toMatchObject({
    code: 0,
  });
  expect((await cli(['play', 'answer', 'p', 'note', 'x', '-o', 'json'])).out).toBe(`{"ok":true,"resumed_at":${AT}}\n`);
  play.pendingResumes.push({ ...play.pendingResumes[0], ...two } as never);
  expect(await cli(['play', 'answer', 'p', '5'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('id-count  count'),
  });
  expect(await cli(['play', 'answer', 'p', 'count', '-5'])).toMatchObject({ code: 0 });
  expect(await cli(['play', 'answer', 'p', 'count', 'five'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('must be a number'),
  });
  expect(await cli(['play', 'answer', 'p', 'other', '1'])).toMatchObject({
    code: 1,
    err: expect.stringContaining('[RESUME_NOT_FOUND]'),
  });
  expect(await cli(['play', 'answer', 'p', 'count'], { typed: ['seven', '7'] })).toMatchObject({ code: 0 });
  expect(server.seen.answers.map(([id, payload]) => [id, payload?.slice(0, 5)])).toEqual([
    ['id-note', '"5"'],
    ['id-note', '"yyyy'],
    ['id-note', '"x"'],
    ['id-count', '-5'],
    ['id-count', '7'],
  ]);
  server.answerErrors.push(new HeroError('RESUME_ALREADY_ANSWERED', 'another answer was first'));
  expect(await cli(['play', 'answer', 'p', 'note', 'z'])).toMatchObject({
    code: 1,
    err: 'error: another answer was first [RESUME_ALREADY_ANSWERED]\n',
  });
});

test('play cancel, list and show', async () => {
  server.addPlay({
    sid: 'p',
    status: PlayStatus.RUNNING,
    durationMs: 1500n,
    inputData: '{"a": 1}',
    spans: [{ spanId: 's', name: 'main', status: SpanStatus.RUNNING, attempt: 1 }],
    spansOmitted: 3n,
  });
  server.addPlay({ sid: 'q', status: PlayStatus.SUCCESS });
  expect((await cli(['play', 'list', '--status', 'running'])).out).toMatch(
    /^p\t▶ running\tinvoice\t.* ago\t1.5 s\t\n$/,
  );
  expect(JSON.parse((await cli(['play', 'list', '-o', 'json'])).out).plays).toHaveLength(2);
  expect(await cli(['play', 'list', '--status', 'odd'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('awaiting_resume'),
  });
  const shown = (await cli(['play', 'show', 'p', '--spans'])).out;
  expect(shown).toContain('input     {"a": 1}\n');
  expect(shown).toContain('▶ main  running');
  expect(shown).toContain('3 more spans');
  server.addPlay({ sid: 'long', inputData: `"${'x'.repeat(5000)}"` });
  expect((await cli(['play', 'show', 'long'])).out).toContain('x'.repeat(5000));
  const cut = (await cli(['play', 'show', 'long'], { terminal: true, columns: 80 })).out;
  expect(cut).toMatch(/input {5}"x{999}… and 4,002 more characters; -o json has all\n/);
  expect((await cli(['play', 'cancel', 'p', '--reason', 'why'])).out).toBe('cancelled\n');
  expect((await cli(['play', 'cancel', 'q'])).out).toBe('ended before: success\n');
  expect(server.seen.cancelled).toEqual(['why', '']);
  for (const columns of [10, 25, 40]) {
    const { out } = await cli(['play', 'list'], { terminal: true, columns });
    for (const line of out.split('\n')) expect(width(line)).toBeLessThanOrEqual(columns);
  }
});

test('play pause, unpause and terminate; a held play is shown as one', async () => {
  server.addPlay({ sid: 'p', status: PlayStatus.RUNNING });
  server.addPlay({ sid: 'q', status: PlayStatus.SUCCESS });
  const paused = await cli(['play', 'pause', 'p', '--reason', 'the bank is down', '--by', 'Ada']);
  expect(paused).toMatchObject({ code: 0, out: 'held; it stops after the present step\n' });
  expect((await cli(['play', 'list'])).out).toContain('running (held)\t');
  const held = `held      since ${new Date(AT).toISOString()} by Ada: the bank is down\n`;
  expect((await cli(['play', 'show', 'p'])).out).toContain(held);
  expect(await cli(['play', 'pause', 'q'])).toMatchObject({ code: 1, err: expect.stringContaining('[PLAY_ENDED]') });
  expect((await cli(['play', 'unpause', 'p'])).out).toBe('goes on (running)\n');
  expect((await cli(['play', 'unpause', 'q'])).out).toBe('ended before: success\n');
  expect(JSON.parse((await cli(['play', 'unpause', 'p', '-o', 'json'])).out)).toMatchObject({ sid: 'p' });
  expect((await cli(['play', 'terminate', 'p', '--reason', 'now'])).out).toBe('cancelled\n');
  expect(server.seen).toMatchObject({ terminated: ['now'], cancelled: [] });
});

test('play start takes a time to start', async () => {
  await cli(['flow', 'add', file('invoice.py', 'one')]);
  const start = (text: string) => cli(['play', 'start', 'invoice', '--start-at', text]);
  expect((await start('2026-12-24T18:00:00Z')).code).toBe(0);
  expect(server.seen.started.at(-1)?.startAt).toEqual(timestampFromMs(Date.parse('2026-12-24T18:00:00Z')));
  expect(await start('noon')).toMatchObject({ code: 2, err: expect.stringContaining('--start-at: "noon" is no time') });
});

test('play start takes a priority, a concurrency key and what happens when it is taken', async () => {
  server.addFlow('invoice');
  const argv = ['play', 'start', 'invoice', '--priority', '-5', '--concurrency-key', 'c', '--concurrency-limit', '2'];
  expect((await cli([...argv, '--on-conflict', 'reject_newest'])).code).toBe(0);
  expect((await cli(['play', 'start', 'invoice'])).code).toBe(0);
  expect(server.seen.started).toMatchObject([
    { priority: -5, concurrencyKey: 'c', concurrencyLimit: 2, onConflict: ConcurrencyPolicy.REJECT_NEWEST },
    { priority: 0, concurrencyKey: '', concurrencyLimit: 0, onConflict: ConcurrencyPolicy.QUEUE },
  ]);
  for (const wrong of [
    ['--priority', '101'],
    ['--priority', '1.5'],
    ['--on-conflict', 'odd'],
    ['--concurrency-limit', '0'],
  ]) {
    expect((await cli(['play', 'start', 'invoice', ...wrong])).code).toBe(2);
  }
});

test('play export writes everything that a replay needs, and refuses what would not be whole', async () => {
  const flow = server.addFlow('invoice');
  const child = server.addFlow('child');
  const step = (stepKey: string, name: string, output: string) => ({ stepKey, spanId: 's', name, output, within: 'w' });
  const used = { workflow_sid: 'w', name: 'child', version_sid: child.currentVersionSid, number: 1 };
  server.steps.push(step('a', 'load', '{"n": 1.0}'), step('b', 'flow.invoke', JSON.stringify(used)));
  server.steps.push(step('c', 'flow.invoke', JSON.stringify(used)));
  const play = server.addPlay({
    sid: 'p',
    status: PlayStatus.AWAITING_RESUME,
    workflowVersionSid: flow.currentVersionSid,
    inputData: '{"n": 12345678901234567890}',
    receivedResumes: [
      { id: 'q1', name: 'ask', payload: '1.0', resumedBy: 'me' },
      { id: 'q2', name: 'late', resumedBy: 'expired' },
    ],
    waitingFor: [{ id: 'q3' }],
  });
  const path = join(dir.path, 'play.json');
  expect(await cli(['play', 'export', 'p', '--out', path])).toMatchObject({
    code: 0,
    out: '',
    err: `${path}: 3 steps, 2 answers\n`,
  });
  const text = readFileSync(path, 'utf8');
  expect((await cli(['play', 'export', 'last'])).out.replace(/"at_ms".*/, '')).toBe(text.replace(/"at_ms".*/, ''));
  expect(JSON.parse(text)).toMatchObject({
    format: 'hero-logic recorded play',
    version: 1,
    workflow: 'invoice',
    source: '# invoice',
    input: '{"n": 12345678901234567890}',
    steps: [{ step_key: 'a', span_id: 's', name: 'load', output: '{"n": 1.0}', within: 'w' }, {}, {}],
    answers: [
      { id: 'q1', name: 'ask', payload: '1.0' },
      { id: 'q2', name: 'late', expired: true },
    ],
    open_pauses: ['q3'],
    status: 'awaiting_resume',
    output: null,
    error: null,
    spans: [{ span_id: 's', parent_id: '', name: 'main', kind: 'flow_root', status: 'ok', attempt: 1 }],
    library: [{ ...used, source: '# child' }],
  });
  expect(await cli(['play', 'export', 'p', '--out', join(dir.path, 'none', 'x.json')])).toMatchObject({
    code: 2,
    err: expect.stringContaining('cannot be written: ENOENT'),
  });
  play.receivedResumesOmitted = 7n;
  expect((await cli(['play', 'export', 'p'])).err).toContain('more answers than the 2');
  play.status = PlayStatus.RUNNING;
  expect(await cli(['play', 'export', 'p'])).toMatchObject({ code: 2, err: expect.stringContaining('is running') });
});

test('nobody answers: exit 6 and how to start one; wrong command lines: exit 2; JSON errors are JSON', async () => {
  const away = await runTestCli('http://127.0.0.1:9', ['play', 'list']);
  expect(away).toMatchObject({ code: 6, out: '', err: expect.stringMatching(/hero-logic dev.*\[UNAVAILABLE\]\n$/) });
  for (const argv of [
    ['play', 'lst'],
    ['play', 'start'],
    ['--nope'],
    ['play', 'list', '--limit', '0'],
    ['play', 'answer', 'p', 'a', 'b', 'c'],
  ]) {
    expect((await cli(argv)).code).toBe(2);
    const json = await cli([...argv, '-o', 'json']);
    expect(json).toMatchObject({ code: 2, out: '' });
    expect(JSON.parse(json.err)).toMatchObject({ error: { reason: 'INVALID_ARGUMENT', violations: [] } });
  }
});

test('every command has help with an example, and help names the exit codes', async () => {
  expect((await cli(['--help'])).out).toContain('6  no server answers');
  for (const argv of [
    'dev',
    'completion',
    'flow add',
    'flow list',
    'flow show',
    'play start',
    'play watch',
    'play answer',
    'play cancel',
    'play pause',
    'play unpause',
    'play terminate',
    'play fork',
    'play check',
    'play list',
    'play show',
    'play export',
  ]) {
    expect(await cli([...argv.split(' '), '--help'])).toMatchObject({ code: 0, out: expect.stringContaining('$ ') });
  }
  expect(await cli(['--version'])).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+/) });
});

test('colours only where they are wanted, and nothing a flow says reaches the terminal raw', async () => {
  server.addPlay({ sid: 'p', status: PlayStatus.FAILED, error: { type: 'E', message: 'a\u001b[2Jb', traceback: '' } });
  expect((await cli(['play', 'show', 'p'])).out).not.toContain('\u001b');
  const shown = await cli(['play', 'show', 'p', '--spans'], { terminal: true, color: true });
  expect(shown.out).not.toContain('\u001b[2J');
});
