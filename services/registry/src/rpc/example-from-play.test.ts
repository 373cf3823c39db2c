// Contract: a play that has ended becomes an example: its input by name, its answers as prefill in the order of the questions (several of one name
// as a list, a list wrapped in one), its output as what is expected when it succeeded; texts stay as they were. A play that runs, or of which
// answers are missing, is refused.

import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestRegistry, flowSource, refusal, type TestRegistry } from '../testing/build-for-test.ts';

let registry: TestRegistry;
let workflowSid: string;
let workflowVersionSid: string;
beforeEach(async () => {
  registry = createTestRegistry();
  const made = await registry.workflows.createWorkflow({
    name: 'w',
    pythonSource: flowSource('w', 'return n', 'n: int'),
  });
  workflowSid = made.sid;
  workflowVersionSid = made.currentVersionSid;
});
afterEach(() => registry.close());

const answer = (name: string, payload: string, askedMs: number, resumedBy = 'ann') => ({
  ...{ name, payload, resumedBy, id: `${name}${askedMs}` },
  askedAt: timestampFromMs(askedMs),
});

function play(more: object = {}) {
  const given = { sid: 'p', workflowSid, workflowVersionSid, status: PlayStatus.SUCCESS, inputData: '{}' };
  registry.plays.known.set('p', { ...given, ...more });
}

it('saves input, answers and output as they were', async () => {
  play({
    inputData: '{"n": 9007199254740993, "m": [ 1.0 ]}',
    outputData: '{"b":1,"a":2.0}',
    receivedResumes: [
      answer('tone', '"warm"', 30),
      answer('more', 'true', 20),
      answer('more', 'false', 10),
      answer('files', '["a"]', 40),
      answer('late', '', 50, 'expired'),
      answer('default', '3', 60, 'default'),
    ],
  });
  const saved = await registry.examples.savePlayAsExample({ playSid: 'p', name: 'e', description: 'd', tags: ['t'] });
  expect(saved).toMatchObject({
    workflowSid,
    workflowVersionSid: '',
    name: 'e',
    description: 'd',
    tags: ['t'],
    inputValues: { n: '9007199254740993', m: '[ 1.0 ]' },
    resumes: { tone: '"warm"', more: '[false,true]', files: '[["a"]]', default: '3' },
    expectedOutput: '{"b":1,"a":2.0}',
  });
  expect(await registry.examples.getExample({ exampleSid: saved.sid })).toEqual(saved);
  const pinned = await registry.examples.savePlayAsExample({
    playSid: 'p',
    name: 'e',
    pinVersion: true,
    skipOutput: true,
  });
  expect(pinned).toMatchObject({ sid: saved.sid, workflowVersionSid, expectedOutput: '' });
});

it('saves a play that failed without an expected output', async () => {
  play({ status: PlayStatus.FAILED, inputData: '{"n":1}', outputData: '' });
  const saved = await registry.examples.savePlayAsExample({ playSid: 'p', name: 'e' });
  expect(saved).toMatchObject({ inputValues: { n: '1' }, resumes: {}, expectedOutput: '' });
});

it('refuses what cannot be saved', async () => {
  const reason = async () => (await refusal(registry.examples.savePlayAsExample({ playSid: 'p', name: 'e' }))).reason;
  expect(await reason()).toBe('PLAY_NOT_FOUND');
  for (const status of [PlayStatus.PENDING, PlayStatus.RUNNING, PlayStatus.AWAITING_RESUME]) {
    play({ status });
    expect(await reason()).toBe('PLAY_NOT_ENDED');
  }
  play({ receivedResumesOmitted: 1n });
  expect(await reason()).toBe('TOO_LARGE');
  play({ workflowSid: 'deleted' });
  expect(await reason()).toBe('WORKFLOW_NOT_FOUND');
  expect((await registry.examples.listExamples({ workflowSid })).examples).toEqual([]);
});
