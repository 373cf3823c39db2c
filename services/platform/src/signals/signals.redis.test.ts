// Contract: signals over Redis keep the contract of Signals; a Redis that is stopped costs time and nothing else, within a process nothing at
// all; when it is back, signals are, and everybody looks once; what is no address is refused with the variable's name.

import { randomUUID } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startRedis } from '../../../../deploy/test-servers/start.mjs';
import { silentLog } from '../log.ts';
import { noRedis } from '../testing/index.ts';
import { signalsConformance } from './signals.conformance.ts';
import { createRedisSignals } from './signals.redis.ts';
import { type Signals, waitUntil } from './signals.ts';

async function twoEnds(url: string) {
  const options = { url, log: silentLog, channel: randomUUID() };
  const ends = [createRedisSignals(options), createRedisSignals(options)] as const;
  await connected(ends);
  const close = async () => {
    for (const end of ends) end.close();
  };
  return { ends, close };
}

/** Signals pass in both directions. */
async function connected([a, b]: readonly [Signals, Signals]): Promise<void> {
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    let heard = false;
    const stop = to.subscribe('probe', () => {
      heard = true;
    });
    const probed = () => {
      from.publish('probe');
      return heard;
    };
    await expect.poll(probed, { timeout: 20_000 }).toBe(true);
    stop();
  }
}

describe.skipIf(noRedis)('redis', () => {
  signalsConformance('Redis', () => twoEnds(process.env.REDIS_URL ?? ''));

  it('a Redis that is stopped costs time only', { timeout: 60_000 }, async () => {
    const first = await startRedis();
    onTestFinished(() => first?.stop());
    const { ends, close } = await twoEnds(first?.url ?? '');
    const [a, b] = ends;
    await first?.stop();

    let value: number | undefined;
    const waits = [a, b].map((signals) =>
      waitUntil({ signals, topics: ['t'], timeoutMs: 60_000, recheckMs: 50, check: () => value }),
    );
    value = 7;
    b.publish('t');
    expect(await Promise.all(waits)).toEqual([7, 7]);

    let looks = 0;
    const stop = a.subscribe('quiet', () => {
      looks += 1;
    });
    const second = await startRedis(Number(new URL(first?.url ?? '').port));
    onTestFinished(() => second?.stop());
    await connected(ends);
    await expect.poll(() => looks).toBe(1);
    stop();
    await close();
  });

  it('refuses what is no address', () => {
    expect(() => createRedisSignals({ url: 'localhost:6379', log: silentLog })).toThrow(
      /REDIS_URL must be the address/,
    );
  });
});
