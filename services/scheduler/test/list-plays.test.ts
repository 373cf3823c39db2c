// A list names a sid that does not exist as NOT_FOUND, and is empty only where there is nothing yet. Plays outlive their workflow.

import { PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { afterEach, expect, test } from 'vitest';
import { createHarness, failure, type Harness } from './harness.ts';

let h: Harness;
afterEach(() => h.close());

test('a sid that does not exist is NOT_FOUND; one without plays is an empty list', async () => {
  h = createHarness();
  expect((await h.plays.listPlays({ workflowSid: 'w1' })).plays).toEqual([]);
  expect((await h.plays.listPlays({ versionSid: 'w1-v1' })).plays).toEqual([]);
  expect((await failure(h.plays.listPlays({ workflowSid: 'none' }))).reason).toBe('WORKFLOW_NOT_FOUND');
  expect((await failure(h.plays.listPlays({ versionSid: 'none' }))).reason).toBe('VERSION_NOT_FOUND');
  expect((await failure(h.plays.listPlays({ parentPlaySid: 'none' }))).reason).toBe('PLAY_NOT_FOUND');
});

test('plays of a deleted workflow stay listed, and a filter that leaves none of them is no failure', async () => {
  h = createHarness();
  const { sid, workflowVersionSid: versionSid } = await h.start();
  h.workflows.length = 0;
  expect((await h.plays.listPlays({ workflowSid: 'w1' })).plays).toMatchObject([{ sid }]);
  const status = [PlayStatus.FAILED];
  expect((await h.plays.listPlays({ workflowSid: 'w1', versionSid, status })).plays).toEqual([]);
});
