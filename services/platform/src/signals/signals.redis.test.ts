// Contract: signals over Redis keep the contract of Signals; a Redis that is stopped costs time and nothing else, within a process nothing at
// all; when it is back, signals are, and everybody looks once; what is no address is refused with the variable's name, and
// one that lets nobody in is told of in one line.

import { randomUUID } from 'node:crypto';
import { type AddressInfo, createServer } from 'node:net';
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

it('a Redis that lets nobody in is told of in one line that names the variable', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', () => socket.write('-NOAUTH Authentication required.\r\n'.repeat(20)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const lines: unknown[][] = [];
  const log = { ...silentLog, warn: (...line: unknown[]) => void lines.push(line) } as unknown as typeof silentLog;
  const signals = createRedisSignals({ url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`, log });
  let heard = 0;
  signals.subscribe('t', () => {
    heard += 1;
  });
  await expect.poll(() => signals.isAway(), { timeout: 20_000 }).toBe(true);
  signals.publish('t');
  expect(heard, 'within the process they pass').toBe(1);
  expect(lines).toHaveLength(1);
  expect(lines[0]?.[1]).toContain('REDIS_URL');
  expect(JSON.stringify(lines[0]?.[0])).toContain('Authentication required');
  signals.close();
  server.close();
});
