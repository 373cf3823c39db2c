// Starting plays: inputs, examples, idempotency, prefilled answers, and what is refused.

import { FieldType } from '@hero-logic/proto/herologic/registry/v1/flow_field_pb';
import { PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { afterEach, expect, test } from 'vitest';
import { createHarness, failure, type Harness, RunOutcome, WaitKind } from './harness.ts';

let h: Harness;
afterEach(() => h.close());

const inputs = [
  { name: 'n', fieldType: FieldType.INTEGER, required: true },
  { name: 'unit', fieldType: FieldType.STRING, default: '"kg"' },
];
const workflows = [
  { sid: 'w1', name: 'greet', inputs },
  { sid: 'w2', name: 'old', archived: true },
];

test('inputs are filled and checked; an archived workflow starts nothing', async () => {
  h = createHarness({ workflows });
  const play = await h.start({
    workflow: { case: 'workflowName', value: 'greet' },
    inputData: '{"n":5.0}',
    name: 'mine',
  });
  expect(play).toMatchObject({
    inputData: '{"n":5.0,"unit":"kg"}',
    name: 'mine',
    workflowName: 'greet',
    versionNumber: 1,
  });
  const wrong = await failure(h.start({ inputData: '{"unit":5,"x":1}' }));
  expect(wrong.reason).toBe('INVALID_INPUT');
  expect(wrong.violations.map((v) => v.field).sort()).toEqual(['input_data.n', 'input_data.unit', 'input_data.x']);
  expect((await failure(h.start({ workflow: { case: 'workflowSid', value: 'w2' } }))).reason).toBe('WORKFLOW_ARCHIVED');
  const { playSid } = await h.plays.runPlayAsync({ workflowSid: 'w1', inputData: '{"n":1}', parentSpanId: 's' });
  expect(await h.plays.getPlay({ playSid })).toMatchObject({ parentSpanId: 's', status: PlayStatus.PENDING });
});

test('an idempotency key gives one play, also to twenty callers at once, for ever', async () => {
  h = createHarness({ workflows: [...workflows] });
  const same = ['{"n":5}', '{"unit":"kg","n":5.0}'];
  const started = await Promise.all(
    Array.from({ length: 20 }, (_, i) => h.start({ inputData: same[i % 2] ?? '', idempotencyKey: 'k' })),
  );
  expect(new Set(started.map((play) => play.sid)).size).toBe(1);
  const other = await failure(h.start({ inputData: '{"n":6}', idempotencyKey: 'k' }));
  expect(other.reason).toBe('IDEMPOTENCY_KEY_REUSED');
  await h.plays.cancelPlay({ playSid: started[0]?.sid ?? '' });
  h.workflows[0] = { sid: 'w1', name: 'greet', inputs, archived: true };
  const again = await h.start({ inputData: '{"n":5}', idempotencyKey: 'k' });
  expect(again).toMatchObject({ sid: started[0]?.sid, status: PlayStatus.CANCELLED });
});

test('an example gives inputs and prefilled answers; what is told outright has precedence', async () => {
  const examples = [
    {
      ...{ sid: 'x1', workflowSid: 'w1', inputValues: { n: '7', unit: '"t"', z: '1' } },
      ...{ resumes: { color: '"red"' } },
    },
    { sid: 'x2', workflowSid: 'w2', inputValues: {} },
    { sid: 'x3', workflowSid: 'w1', inputValues: { n: '7' } },
  ];
  h = createHarness({ workflows, examples });
  const play = await h.start({ exampleSid: 'x1', inputData: '{"unit":"g"}' });
  const warnings = ['the example\'s input "z" is not an input of this version and was left out'];
  expect(play).toMatchObject({ inputData: '{"unit":"g","n":7}', prefillOnly: true, warnings });
  const { lease } = await h.claim();
  expect((await h.pause(lease, 'id1', { name: 'color' })).answer).toMatchObject({ payload: '"red"' });
  expect(await h.start({ exampleSid: 'x1', prefillResumesJson: '{}' })).toMatchObject({ prefillOnly: true });
  expect(await h.start({ exampleSid: 'x3' })).toMatchObject({ prefillOnly: false });
  expect((await failure(h.start({ exampleSid: 'x2' }))).reason).toBe('EXAMPLE_NOT_FOUND');
});

test('prefilled answers are taken by id, then by name in order, once each, and the same again on replay', async () => {
  h = createHarness();
  await h.start({ prefillResumesJson: '{"color":["red",[1,2]], "id3": 1.0, "never": 1, "never too": []}' });
  const first = await h.claim();
  const ask = (lease: typeof first.lease, id: string, schema = '') => h.pause(lease, id, { name: 'color', schema });
  expect((await ask(first.lease, 'id1', '{"const":"red"}')).answer).toMatchObject({ id: 'id1', payload: '"red"' });
  expect((await ask(first.lease, 'id1')).answer).toMatchObject({ payload: '"red"' });
  expect((await ask(first.lease, 'id3')).answer).toMatchObject({ payload: '1.0' });
  await h.report(first.lease, RunOutcome.RELEASED);
  const { lease, answers } = await h.claim();
  expect(answers.map((a) => a.id)).toEqual(['id1', 'id3']);
  expect((await ask(lease, 'id2')).answer).toMatchObject({ payload: '[1,2]' });
  const sleeping = await h.pause(lease, 'nap', { kind: WaitKind.TIMER, timeoutMs: 60_000n });
  expect(sleeping).toMatchObject({ refused: '' });
  const refused = await h.pause(lease, 'id4', { name: 'color', timeoutMs: 0n, hasDefault: true, defaultPayload: '1' });
  expect(refused.refused).toContain('"color"');
  await h.report(lease, RunOutcome.FAILED, { error: { message: refused.refused } });
  const ended = await h.plays.getPlay({ playSid: lease.playSid });
  expect(ended.warnings).toEqual(['the prefilled answer "never" was used by no pause']);
  expect(ended.receivedResumes.map((r) => r.resumedBy)).toEqual(['prefill', 'prefill', 'prefill']);
});

test('a prefilled answer that does not fit is refused, and malformed prefill is named', async () => {
  h = createHarness();
  await h.start({ prefillResumesJson: '{"n":"x"}' });
  const { lease } = await h.claim();
  const { refused } = await h.pause(lease, 'id1', { name: 'n', schema: '{"type":"integer"}' });
  expect(refused).toMatch(/"n".*prefilled answer does not fit.*must be integer/);
  for (const prefillResumesJson of ['[]', '{', '5', '{"a":1,"a":2}']) {
    const wrong = await failure(h.start({ prefillResumesJson }));
    expect(wrong).toMatchObject({ reason: 'INVALID_ARGUMENT', violations: [{ field: 'prefill_resumes_json' }] });
  }
});

test('"auto" runs the version that is chosen, and keeps how it was chosen', async () => {
  h = createHarness();
  const preferences = { costWeight: 2 };
  const play = await h.start({ versionSid: 'auto', preferences, userRequest: 'greet them' });
  expect(play).toMatchObject({ workflowVersionSid: 'w1-v2', versionNumber: 2 });
  expect(JSON.parse(play.versionChoice)).toMatchObject({
    version_sid: 'w1-v2',
    confidence: 0.9,
    reasoning: 'greet them 2',
  });
  expect((await h.start()).versionChoice).toBe('');
});
