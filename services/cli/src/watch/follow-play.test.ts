// Contract: the stream is taken up again after the last seq when it ends by itself or breaks, until the play has ended; a play that is
// not there, and a server that was never reached, are errors.

import { isHeroError, toHeroError } from '@hero-logic/platform/client';
import { createFakeClock } from '@hero-logic/platform/testing';
import { PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createClients } from '../core/clients.ts';
import { createTestServer, type TestServer } from '../testing/test-server.ts';
import { followPlay } from './follow-play.ts';

let server: TestServer;
beforeEach(async () => {
  server = await createTestServer();
});
afterEach(() => server.close());

async function follow(sid: string, url = server.url) {
  const clock = createFakeClock();
  // Time passes as soon as someone sleeps.
  const eager = {
    now: clock.now,
    sleep: (ms: number) => Promise.all([clock.sleep(ms), clock.advance(ms)]).then(() => undefined),
  };
  const signal = new AbortController().signal;
  const seqs: bigint[] = [];
  let lost = 0;
  const { plays } = createClients(url);
  for await (const change of followPlay({ plays, playSid: sid, clock: eager, signal, onLost: () => lost++ })) {
    seqs.push(change.seq);
  }
  return { seqs, lost };
}

test('goes on after the last seq over ends and breaks', async () => {
  server.addPlay({ sid: 'p', status: PlayStatus.RUNNING });
  server.watches.push(
    [{ seq: 3n, play: { sid: 'p', status: PlayStatus.RUNNING } }, 'end'],
    [{ seq: 7n }, { seq: 5n }, 'break'],
    ['break'],
    [{ seq: 9n, play: { sid: 'p', status: PlayStatus.SUCCESS } }, { seq: 10n }, 'end'],
  );
  expect(await follow('p')).toEqual({ seqs: [3n, 7n, 5n, 9n, 10n], lost: 2 });
  expect(server.seen.watched.map((r) => r.afterSeq)).toEqual([0n, 3n, 7n, 7n]);
});

test('errors that another try cannot mend are thrown', async () => {
  const missing = await follow('nobody').catch(toHeroError);
  expect(isHeroError(missing, 'PLAY_NOT_FOUND')).toBe(true);
  const unreachable = await follow('p', 'http://127.0.0.1:9').catch(toHeroError);
  expect(isHeroError(unreachable, 'UNAVAILABLE')).toBe(true);
});

test('a server that stays away is given up in the end', async () => {
  server.addPlay({ sid: 'p', status: PlayStatus.RUNNING });
  server.watches.push([{ seq: 1n }, 'end'], ...Array.from({ length: 40 }, () => ['break' as const]));
  expect(isHeroError(await follow('p').catch(toHeroError), 'UNAVAILABLE')).toBe(true);
  expect(server.seen.watched.length).toBeLessThan(20);
});
