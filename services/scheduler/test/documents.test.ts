// Documents of up to 4 MiB everywhere: they come back as they were sent, and what would not fit into one message is refused before.

import { MAX_DOCUMENT_BYTES } from '@hero-logic/platform';
import { PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { afterEach, expect, test } from 'vitest';
import { createHarness, failure, type Harness, RunOutcome } from './harness.ts';

let h: Harness;
afterEach(() => h.close());

const big = JSON.stringify('é'.repeat((MAX_DOCUMENT_BYTES - 2) / 2));

test('inputs, payloads, defaults and outputs of 4 MiB; four such answers, and no fifth', async () => {
  const inputs = [{ name: 'text' }];
  h = createHarness({ workflows: [{ sid: 'w1', name: 'greet', inputs }] });
  const inputData = `{"text":${JSON.stringify('x'.repeat(MAX_DOCUMENT_BYTES - 11))}}`;
  const { sid } = await h.start({ inputData });
  expect((await failure(h.start({ inputData: inputData.replace('"x', '"xx') }))).message).toContain('input_data');
  const first = await h.claim();
  expect(first.play.inputData).toBe(inputData);
  for (let i = 0; i < 5; i++) await h.pause(first.lease, `q${i}`);
  await h.pause(first.lease, 'd', { hasDefault: true, defaultPayload: big, timeoutMs: 600_000n });
  expect(
    (await h.pause(first.lease, 'e', { schema: '{}', message: 'x'.repeat(4_194_304), ui: big })).refused,
  ).toContain('8 MiB');
  const answer = (id: string, payloadJson: string) => h.plays.resumePlay({ playSid: sid, resumeId: id, payloadJson });
  for (let i = 0; i < 4; i++) await answer(`q${i}`, big);
  expect((await failure(answer('q4', big))).reason).toBe('TOO_LARGE');
  const tooBig = big.replace('"é', '"éé');
  expect((await failure(answer('q4', tooBig))).reason).toBe('INVALID_ARGUMENT');
  await h.report(first.lease, RunOutcome.AWAITING_RESUME);
  const second = await h.claim();
  expect(second.answers.map((a) => a.payload === big)).toEqual([true, true, true, true]);
  await h.report(second.lease, RunOutcome.SUCCESS, { outputData: big });
  const play = await h.plays.getPlay({ playSid: sid });
  expect(play.outputData).toBe(big);
  expect(play.receivedResumes.map((r) => r.id)).toEqual(['q2', 'q3']);
  expect(play.receivedResumesOmitted).toBe(2n);
});

test('plays with large inputs are claimed in portions that fit into a message', async () => {
  h = createHarness({ workflows: [{ sid: 'w1', name: 'greet', inputs: [{ name: 'text' }] }] });
  for (let i = 0; i < 8; i++) await h.start({ inputData: `{"text":"${'x'.repeat(4_000_000)}"}` });
  const { plays } = await h.leases.acquirePlays({ executorId: 'e', freeSlots: 8, waitMs: 1000n });
  expect(plays.length).toBeGreaterThan(4);
  expect(plays.length).toBeLessThan(8);
});

test('an output that is no document fails the play instead of losing it', async () => {
  h = createHarness();
  await h.start();
  const { lease } = await h.claim();
  expect(await h.report(lease, RunOutcome.SUCCESS, { outputData: '{' })).toMatchObject({ status: PlayStatus.FAILED });
  expect((await h.plays.getPlay({ playSid: lease.playSid })).error).toMatchObject({ type: 'InvalidOutput' });
});
