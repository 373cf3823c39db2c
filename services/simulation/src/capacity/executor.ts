// One executor: asks for as many plays as it has free slots, runs them, renews their leases and reports their ends. Its Node process is one station,
// its cores are others; a step is durable before the next one begins.

import type { ClaimedPlay } from '@hero-logic/scheduler';
import type { FastLoop } from '../virtual/fast-loop.ts';
import type { Mesh } from './mesh.ts';
import { LEASE_TTL_MS, type Scheduler } from './scheduler.ts';
import { createStation, type Disk, type Station } from './station.ts';

export interface Executor {
  readonly node: Station;
  readonly cores: Station;
  /** Milliseconds that slots were taken up to now, all together. */
  slotMs(): number;
  run(): Promise<void>;
}

interface Work {
  readonly waitMs: number;
  readonly computeMs: number;
  readonly steps: number;
}

interface ExecutorOptions {
  readonly id: string;
  readonly mesh: Mesh;
  readonly disk: Disk;
  readonly scheduler: Scheduler;
  readonly draw: () => Work;
  readonly onClaim: (claimed: ClaimedPlay) => void;
  readonly onEnd: (sid: string) => void;
}

export function createExecutor(loop: FastLoop, options: ExecutorOptions): Executor {
  const { mesh, disk, scheduler } = options;
  const { times } = mesh;
  const node = createStation(loop, 1);
  const cores = createStation(loop, mesh.cores);
  const held = new Map<string, ClaimedPlay>();
  let slotMs = 0;
  /** Of the plays that are held now. */
  let beganSum = 0;
  let onFree: () => void = () => {};

  /** A slot has become free. */
  function left(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    onFree = resolve;
    return promise;
  }

  async function play(claimed: ClaimedPlay): Promise<void> {
    const { sid } = claimed.play;
    const began = loop.now();
    held.set(sid, claimed);
    beganSum += began;
    options.onClaim(claimed);
    const { waitMs, computeMs, steps } = options.draw();
    await node.work(times.executorPlayMs);
    await cores.work(times.processMs + (steps === 0 ? computeMs : 0));
    for (let step = 0; step < steps; step++) {
      await cores.work(times.processStepMs + computeMs / steps);
      await node.work(times.executorStepMs);
      await disk.commit(1);
    }
    if (waitMs > 0) await loop.pause(waitMs);
    await scheduler.report(claimed, loop.now() - began);
    held.delete(sid);
    beganSum -= began;
    slotMs += loop.now() - began;
    options.onEnd(sid);
    onFree();
  }

  async function renew(): Promise<void> {
    for (;;) {
      await loop.pause(LEASE_TTL_MS / 3);
      if (held.size === 0) continue;
      await scheduler.renew([...held.values()].map(({ play, lease }) => ({ playSid: play.sid, token: lease.token })));
    }
  }

  return {
    node,
    cores,
    slotMs: () => slotMs + held.size * loop.now() - beganSum,
    async run() {
      void renew();
      for (;;) {
        const free = mesh.slots - held.size;
        if (free > 0) for (const claimed of await scheduler.acquire(options.id, free)) void play(claimed);
        else await left();
      }
    },
  };
}
