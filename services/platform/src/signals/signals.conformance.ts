// Contract of Signals, for every adapter: whoever listens to a topic hears of a signal on it, whichever process sent it; nobody else does,
// and nobody after he has stopped; a wait in one process ends with a change that another one signals.

import { describe, expect, it } from 'vitest';
import { type Signals, waitUntil } from './signals.ts';

export interface SignalsUnderTest {
  /** Of two processes; they may be one. */
  readonly ends: readonly [Signals, Signals];
  close(): Promise<void>;
}

export function signalsConformance(name: string, create: () => Promise<SignalsUnderTest>): void {
  describe(`Signals: ${name}`, () => {
    it('reach who listens to their topic, in every process', async () => {
      const { ends, close } = await create();
      const heard: string[] = [];
      const stops = ends.flatMap((end, i) => ['x', 'y'].map((t) => end.subscribe(t, () => heard.push(`${t}${i}`))));
      ends[0].publish('x');
      await expect.poll(() => heard.length).toBe(2);
      expect(new Set(heard)).toEqual(new Set(['x0', 'x1']));
      for (const stop of [...stops, ...stops]) stop();
      const last = new Promise<void>((resolve) => ends[0].subscribe('last', resolve));
      ends[1].publish('x');
      ends[1].publish('last');
      await last;
      expect(heard).toHaveLength(2);
      await close();
    });

    it('end a wait in another process', async () => {
      const { ends, close } = await create();
      let value: number | undefined;
      const waiting = waitUntil({
        ...{ signals: ends[0], topics: ['t'], timeoutMs: 60_000, recheckMs: 60_000 },
        check: async () => value,
      });
      await new Promise((resolve) => setImmediate(resolve));
      value = 7;
      ends[1].publish('t');
      expect(await waiting).toBe(7);
      await close();
    });
  });
}
