// Contract: the loop and the thread are never both inside, whatever each does when; who wants a turn gets it, also where the other always
// writes; a thread that dies inside gives the turn back.

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createTurns, type LoopTurns } from './write-turns.ts';

const INSIDE = 0;
const MOST_INSIDE = 1;
const THREAD_TURNS = 2;

/** A thread that takes `turns` turns of `spin` each (0 = until it is ended), and then ends, inside where `dies`. */
function startThread(turns: LoopTurns, facts: Int32Array, work: { turns: number; spin: number; dies?: boolean }) {
  const code = `
    const { workerData: w } = require('node:worker_threads');
    import(w.module).then(({ joinTurns }) => {
      const turns = joinTurns(w.shared);
      for (let i = 0; w.work.turns === 0 || i < w.work.turns; i++) {
        turns.take();
        Atomics.store(w.facts, ${MOST_INSIDE}, Math.max(w.facts[${MOST_INSIDE}], Atomics.add(w.facts, ${INSIDE}, 1) + 1));
        for (let n = 0; n < w.work.spin && !turns.isWanted(); n++);
        Atomics.add(w.facts, ${THREAD_TURNS}, 1);
        Atomics.notify(w.facts, ${THREAD_TURNS});
        Atomics.sub(w.facts, ${INSIDE}, 1);
        if (w.work.dies) process.exit(1);
        turns.giveBack();
      }
    });`;
  const module = new URL('./write-turns.ts', import.meta.url).href;
  return new Worker(code, { eval: true, env: {}, workerData: { module, shared: turns.shared, facts, work } });
}

const newFacts = () => new Int32Array(new SharedArrayBuffer(12));
const breathe = () => new Promise((resolve) => setImmediate(resolve));

async function inTurn(turns: LoopTurns, facts: Int32Array, spin: number): Promise<void> {
  if (!turns.take()) await turns.ask();
  const inside = Atomics.add(facts, INSIDE, 1) + 1;
  Atomics.store(facts, MOST_INSIDE, Math.max(Atomics.load(facts, MOST_INSIDE), inside));
  for (let n = 0; n < spin; n++);
  Atomics.sub(facts, INSIDE, 1);
  turns.giveBack();
}

it('lets one in at a time, and everybody in the end', async () => {
  const spin = fc.integer({ min: 0, max: 20_000 });
  const turnsOf = fc.integer({ min: 1, max: 300 });
  await fc.assert(
    fc.asyncProperty(turnsOf, spin, turnsOf, spin, async (threadTurns, threadSpin, loopTurns, loopSpin) => {
      const turns = createTurns();
      const facts = newFacts();
      const thread = startThread(turns, facts, { turns: threadTurns, spin: threadSpin });
      const exited = once(thread, 'exit');
      for (let i = 0; i < loopTurns; i++) {
        await inTurn(turns, facts, loopSpin);
        if (i % 3 === 0) await breathe();
      }
      await exited;
      expect([...facts]).toEqual([0, 1, threadTurns]);
    }),
    { numRuns: 8 },
  );
});

it('starves nobody', async () => {
  const turns = createTurns();
  const facts = newFacts();
  // It never rests, and nor does the loop.
  const thread = startThread(turns, facts, { turns: 0, spin: 1000 });
  let loopTurns = 0;
  while (Atomics.load(facts, THREAD_TURNS) < 20 || loopTurns < 20) {
    await inTurn(turns, facts, 1000);
    loopTurns += 1;
    if (loopTurns % 100 === 0) await breathe();
  }
  expect(Atomics.load(facts, MOST_INSIDE)).toBe(1);
  await thread.terminate();
});

it('has the turn of a thread that died', async () => {
  const turns = createTurns();
  const facts = newFacts();
  const thread = startThread(turns, facts, { turns: 1, spin: 0, dies: true });
  await once(thread, 'exit');
  expect(turns.take()).toBe(false);
  const asked = turns.ask();
  turns.dropThread();
  await asked;
  turns.giveBack();
  expect(turns.take()).toBe(true);
  turns.dropThread();
  expect(turns.take(), 'of the loop: nothing is taken from it').toBe(false);
});
