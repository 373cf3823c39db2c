// Contract: pick_version chooses by what benchmarks and plays of late have shown, and says why; the same data gives the same choice. Another version than the best,
// also one that was never measured, is drawn only where exploration is configured. How hard the examples were counts in the difficulty.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BenchWorld, createBenchWorld, reasonOf } from './bench-world.ts';

let world: BenchWorld;
beforeEach(() => {
  world = createBenchWorld();
  world.examples.push(
    { sid: 'a', versionSid: '', inputValues: { x: '1' }, expectedOutput: '{"y": 1}' },
    { sid: 'b', versionSid: 'v1', inputValues: { x: '2' }, expectedOutput: '' },
  );
});
afterEach(() => world.close());

describe('pick_version', () => {
  it('takes the current version, unsure, without benchmarks', async () => {
    const picked = await world.choice.pickVersion({ workflowSid: 'w' });
    expect(picked).toMatchObject({ versionSid: 'v2', confidence: 0, difficulty: 0.5 });
    expect(picked.reasoning).toContain('benchmark');
    expect(picked.candidates.map((c) => c.versionSid)).toEqual(['v3', 'v2', 'v1']);
    expect(await reasonOf(world.choice.pickVersion({ workflowSid: 'x' }))).toBe('WORKFLOW_NOT_FOUND');
    const negative = world.choice.pickVersion({ workflowSid: 'w', preferences: { costWeight: -1 } });
    expect(await reasonOf(negative)).toBe('INVALID_ARGUMENT');
  });

  it('chooses by what was measured, by the weights, and the same each time', async () => {
    world.outcome = ({ versionSid }, index) =>
      versionSid === 'v1' ? { durationMs: 1000 } : { durationMs: 10, status: index % 2 === 0 ? 'success' : 'failed' };
    await world.end((await world.run({ exampleSids: ['a'], repeats: 10 })).sid);
    await world.end((await world.run({ versionSid: 'v3', exampleSids: ['a'], repeats: 10 })).sid);
    const accurate = await world.choice.pickVersion({ workflowSid: 'w', preferences: { accuracyWeight: 1 } });
    expect(accurate.versionSid).toBe('v1');
    expect(accurate.confidence).toBeGreaterThan(0.9);
    expect(accurate.candidates.map((c) => [c.versionSid, c.runs])).toEqual([
      ['v1', 10],
      ['v3', 10],
      ['v2', 0],
    ]);
    expect(accurate.candidates[0]).toMatchObject({ number: 1, accuracy: 1, success: 11 / 12 });
    expect(accurate.candidates[0]?.avgDurationMs).toBeCloseTo(1000);
    expect(accurate.candidates[0]?.avgCostUsd).toBeUndefined();
    expect(accurate.reasoning).toMatch(
      /^Version 1 .* 10 of 10 runs.*Next is version 3.*1 version has no benchmark: not chosen, but possibly better\.$/,
    );
    const fast = { workflowSid: 'w', preferences: { speedWeight: 1 } };
    expect((await world.choice.pickVersion(fast)).versionSid).toBe('v3');
    expect(await world.choice.pickVersion(fast)).toEqual(await world.choice.pickVersion(fast));
  });

  it('is the less sure the fewer runs there were and the more versions were never measured', async () => {
    const confidence = async () => (await world.choice.pickVersion({ workflowSid: 'w' })).confidence;
    await world.end((await world.run({ exampleSids: ['a'], repeats: 1 })).sid);
    const once = await confidence();
    expect(once).toBeLessThan(0.8);
    await world.end((await world.run({ exampleSids: ['a'], repeats: 40 })).sid);
    const often = await confidence();
    expect(often).toBeGreaterThan(0.9);
    world.outcome = () => ({ status: 'failed', error: 'E' });
    for (const versionSid of ['v2', 'v3'])
      await world.end((await world.run({ versionSid, exampleSids: ['a'], repeats: 40 })).sid);
    expect(await confidence()).toBeGreaterThan(often);
    const { candidates } = await world.choice.pickVersion({ workflowSid: 'w' });
    expect(candidates.reduce((sum, c) => sum + c.winProbability, 0)).toBeCloseTo(1);
  });

  it('explores where that is configured, and says so', async () => {
    await world.close();
    world = createBenchWorld(1);
    world.examples.push({ sid: 'a', versionSid: '', inputValues: {}, expectedOutput: '' });
    world.outcome = ({ versionSid }, index) => ({
      status: versionSid === 'v1' || index % 3 > 0 ? 'success' : 'failed',
    });
    await world.end((await world.run({ repeats: 4 })).sid);
    await world.end((await world.run({ versionSid: 'v3', repeats: 4 })).sid);
    const picks = await Promise.all(
      Array.from({ length: 40 }, (_, i) => world.choice.pickVersion({ workflowSid: 'w', userRequest: `request ${i}` })),
    );
    const explored = picks.filter((pick) => pick.explored);
    expect(explored.length).toBeGreaterThan(0);
    expect(explored.length).toBeLessThan(30);
    const drawn = new Set(explored.map((pick) => pick.versionSid));
    expect(drawn.has('v2'), 'one that was never measured').toBe(true);
    for (const pick of explored) {
      const usual = pick.candidates.find((c) => c.versionSid !== 'v2');
      const taken = pick.candidates.find((c) => c.versionSid === pick.versionSid);
      expect(pick.versionSid).not.toBe(usual?.versionSid);
      expect(pick.confidence).toBe(taken?.winProbability);
      expect(pick.reasoning).toContain('To learn more, version');
    }
    const usual = picks.filter((pick) => !pick.explored).map((pick) => pick.versionSid);
    expect(new Set(usual)).toEqual(new Set([picks[0]?.candidates.find((c) => c.versionSid !== 'v2')?.versionSid]));
  });

  it('explores also where nothing has been measured, and never takes an unmeasured version for the best', async () => {
    await world.close();
    world = createBenchWorld(1);
    const picks = await Promise.all(
      Array.from({ length: 30 }, (_, i) => world.choice.pickVersion({ workflowSid: 'w', userRequest: `request ${i}` })),
    );
    expect(new Set(picks.map((pick) => pick.versionSid))).toEqual(new Set(['v1', 'v2', 'v3']));
    for (const pick of picks) {
      expect(pick.explored).toBe(pick.versionSid !== 'v2');
      expect(pick.confidence).toBeCloseTo(pick.explored ? 1 / 3 : 0);
      expect(pick.candidates.map((c) => c.reason)).toEqual(Array(3).fill('has no finished benchmark'));
    }
  });

  it('takes how hard the examples were for the difficulty of a request', async () => {
    world.outcome = () => ({ status: 'failed', error: 'E' });
    await world.end((await world.run({ exampleSids: ['a'], repeats: 8 })).sid);
    const hard = await world.choice.pickVersion({ workflowSid: 'w' });
    expect(hard.difficulty).toBeCloseTo(0.9);
    world.outcome = () => ({});
    await world.end((await world.run({ exampleSids: ['a'], repeats: 8 })).sid);
    expect((await world.choice.pickVersion({ workflowSid: 'w' })).difficulty).toBeCloseTo(0.1);
    const said = { workflowSid: 'w', userRequest: 'Say hello' };
    expect((await world.choice.pickVersion(said)).difficulty).toBeLessThan(0.1);
  });

  it('takes plays of late into account', async () => {
    await world.end((await world.run({ exampleSids: ['a'] })).sid);
    const before = await world.choice.pickVersion({ workflowSid: 'w' });
    world.recent.push(...Array.from({ length: 9 }, () => ({ succeeded: false, durationMs: 5 })));
    const after = await world.choice.pickVersion({ workflowSid: 'w' });
    expect(after.candidates[0]?.runs).toBe(10);
    expect(after.candidates[0]?.success).toBeLessThan(before.candidates[0]?.success as number);
  });
});
