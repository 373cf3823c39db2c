// The contract of the benchmark store: a plan is kept whole and can be extended while it runs, a request id has one benchmark, a run has one result, an ended
// benchmark takes none, lists are newest first.

import { describe, expect, it } from 'vitest';
import type { Benchmark, RunResult } from '../domain/benchmark.ts';
import type { BenchmarkStore } from '../domain/ports.ts';

function benchmark(sid: string, more: Partial<Benchmark> = {}): Benchmark {
  return {
    sid,
    workflowSid: 'w',
    versionSid: 'v1',
    versionNumber: 1,
    createdAt: 1,
    status: 'running',
    plannedRuns: 2,
    concurrency: 2,
    scoring: { method: 'exact', tolerance: 0, flow: '' },
    budgetMs: 0,
    budgetUsd: 0,
    stopReason: '',
    requestId: '',
    requestDigest: '',
    leftOut: [],
    ...more,
  };
}

const RESULT: RunResult = {
  playSid: 'p',
  exampleSid: 'e',
  inputValues: { big: '12345678901234567890' },
  status: 'success',
  durationMs: 5,
  retries: 0,
  error: '',
};

export function describeBenchmarkStore(
  name: string,
  open: () => Promise<{ store: BenchmarkStore; close(): void }>,
): void {
  describe(`${name}: benchmarks`, () => {
    it('keeps plans and first results', async () => {
      const { store, close } = await open();
      await store.add(benchmark('b1'), [
        { index: 0, exampleSid: 'e' },
        { index: 1, exampleSid: 'f' },
      ]);
      expect(await store.openRuns('b1')).toHaveLength(2);
      expect(await store.addResult('b1', { index: 0, result: RESULT })).toBe(true);
      expect(await store.addResult('b1', { index: 0, result: { ...RESULT, durationMs: 9 } })).toBe(false);
      expect(await store.addResult('none', { index: 0, result: RESULT })).toBe(false);
      expect(await store.openRuns('b1')).toEqual([{ index: 1, exampleSid: 'f' }]);
      expect(await store.find('b1')).toEqual({ benchmark: benchmark('b1'), runs: [{ index: 0, result: RESULT }] });
      expect(await store.find('none')).toBeUndefined();
      expect(await store.listRunning()).toEqual(['b1']);
      expect((await store.change('b1', (b) => ({ ...b, status: 'cancelled' })))?.status).toBe('cancelled');
      expect(await store.change('none', (b) => b)).toBeUndefined();
      expect(await store.addResult('b1', { index: 1, result: RESULT }), 'it has ended').toBe(false);
      expect(await store.listRunning()).toEqual([]);
      close();
    });

    it('keeps one benchmark for a request id, with its plan alone', async () => {
      const { store, close } = await open();
      const plan = [{ index: 0, exampleSid: 'e' }];
      const asked = { requestId: 'r', requestDigest: 'd' };
      expect(await store.add(benchmark('b1', asked), plan)).toEqual(benchmark('b1', asked));
      expect((await store.add(benchmark('b2', asked), plan)).sid).toBe('b1');
      expect(await store.find('b2')).toBeUndefined();
      expect(await store.openRuns('b2')).toEqual([]);
      expect(await store.findByRequest('r')).toEqual(benchmark('b1', asked));
      expect(await store.findByRequest('')).toBeUndefined();
      const racing = ['b3', 'b4', 'b5'].map((sid) => store.add(benchmark(sid, { requestId: 's' }), plan));
      expect(new Set((await Promise.all(racing)).map(({ sid }) => sid)).size).toBe(1);
      await store.add(benchmark('b6'), []);
      expect((await store.add(benchmark('b7'), [])).sid, 'without an id each is one').toBe('b7');
      close();
    });

    it('extends a plan while it runs, each run once', async () => {
      const { store, close } = await open();
      await store.add(benchmark('b1', { plannedRuns: 1 }), [{ index: 0, exampleSid: 'e' }]);
      const more = [
        { index: 0, exampleSid: 'other' },
        { index: 1, exampleSid: 'f' },
      ];
      const planned = await store.extendPlan('b1', more, (b) => ({ ...b, plannedRuns: 2 }));
      expect(planned).toEqual(benchmark('b1'));
      await store.extendPlan('b1', more, (b) => b);
      expect(await store.openRuns('b1')).toEqual([
        { index: 0, exampleSid: 'e' },
        { index: 1, exampleSid: 'f' },
      ]);
      await store.change('b1', (b) => ({ ...b, status: 'cancelled' }));
      await store.extendPlan('b1', [{ index: 2, exampleSid: 'g' }], (b) => b);
      expect(await store.openRuns('b1'), 'it has ended').toHaveLength(2);
      expect(await store.extendPlan('none', more, (b) => b)).toBeUndefined();
      close();
    });

    it('lists newest first, by workflow and by version', async () => {
      const { store, close } = await open();
      await store.add(benchmark('b1', { status: 'done' }), []);
      await store.add(benchmark('b2', { status: 'done', versionSid: 'v2' }), []);
      await store.add(benchmark('b3'), []);
      await store.add(benchmark('b4', { workflowSid: 'other', versionSid: 'v9' }), []);
      const sids = async (page: Parameters<BenchmarkStore['list']>[0]) =>
        (await store.list(page)).map((found) => found.benchmark.sid);
      expect(await sids({ workflowSid: 'w', beforeSid: '', limit: 9 })).toEqual(['b3', 'b2', 'b1']);
      expect(await sids({ workflowSid: 'w', beforeSid: 'b3', limit: 1 })).toEqual(['b2']);
      expect(await sids({ versionSid: 'v1', beforeSid: '', limit: 9 })).toEqual(['b3', 'b1']);
      expect((await store.latestDone('v1'))?.benchmark.sid, 'b3 is not done').toBe('b1');
      expect(await store.latestDone('v9')).toBeUndefined();
      close();
    });
  });
}
