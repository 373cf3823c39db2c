// The people of a simulated world: they start plays, now and later, answer questions (also against each other, and moving the play to
// another version), cancel, hold, fork, and plan. Whoever gets no reply asks again, as a client with an idempotency key may.

import { createClient, type Transport } from '@connectrpc/connect';
import { timeToPb } from '@hero-logic/platform';
import { ConcurrencyPolicy } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { PlayService } from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import type { Stored } from '../check/ledger.ts';
import { isEnded } from '../check/plays.ts';
import { heldPlays, isMigrated, openQuestions, storedPlays, workflowOf } from '../check/stored.ts';
import type { Flow } from '../flow/program.ts';
import { workflowSid } from '../world/registry.ts';
import type { World } from '../world/world.ts';
import { createCaller } from './caller.ts';
import { createPlanner } from './planner.ts';

export interface Clients {
  /** They have done all they wanted to do, but answer on. */
  isDone(): boolean;
}

const LATEST_START_MS = 20_000;
const LOOK_EVERY_MS = 1500;
const LET_GO_EVERY_MS = 30_000;

export interface ClientsOptions {
  readonly transport: Transport;
  readonly flows: readonly Flow[];
  readonly stored: Stored;
  /** Nobody moves, delays or plans anything. */
  readonly isPlain: boolean;
}

export function startClients(world: World, { transport, flows, stored, isPlain }: ClientsOptions): Clients {
  const { loop, clock, ledger } = world;
  const random = world.random.fork();
  const plays = createClient(PlayService, transport);
  const call = createCaller(world, random);
  let busy = 0;

  function person(name: string, act: () => Promise<void>): void {
    busy += 1;
    const over = () => {
      busy -= 1;
    };
    loop.post(loop.spawn(name), random.int(0, 500), () => void act().finally(over));
  }

  async function start(key: string): Promise<void> {
    await clock.sleep(random.int(0, 8000));
    const { name } = random.pick(flows);
    const bound = random.chance(0.3)
      ? {
          concurrencyKey: 'k',
          concurrencyLimit: random.int(1, 2),
          onConflict: random.pick([ConcurrencyPolicy.QUEUE, ConcurrencyPolicy.CANCEL_OLDEST]),
        }
      : {};
    const request = {
      workflow: { case: 'workflowSid', value: workflowSid(name) } as const,
      idempotencyKey: key,
      priority: random.int(-5, 5),
      ...bound,
      ...(isPlain || !random.chance(0.2) ? {} : { startAt: timeToPb(clock.now() + random.int(0, LATEST_START_MS)) }),
    };
    const play = await call((options) => plays.startPlay(request, options));
    if (play === undefined) return;
    ledger.playAcked(key, play.sid);
    // Whoever asks again gets the same.
    if (!random.chance(0.3)) return;
    const again = await call((options) => plays.startPlay(request, options));
    if (again !== undefined) ledger.playAcked(key, again.sid);
  }

  async function answer(playSid: string, resumeId: string): Promise<void> {
    const payloadJson = JSON.stringify(`answer ${random.int(0, 1_000_000)}`);
    const versionSid = isPlain || !random.chance(0.2) ? '' : versionFor(playSid);
    const move = `${playSid} ${versionSid}`;
    if (versionSid !== '') ledger.moves.asked.add(move);
    const request = { playSid, resumeId, payloadJson, versionSid };
    const taken = await call((options) => plays.resumePlay(request, options));
    if (taken !== undefined || world.plant.takesAll) ledger.answerAcked(playSid, resumeId, payloadJson);
    if (taken !== undefined && versionSid !== '') ledger.moves.acked.add(move);
  }

  function versionFor(playSid: string): string {
    const flow = flows.find(({ name }) => workflowSid(name) === workflowOf(stored.scheduler, playSid));
    return flow === undefined ? '' : random.pick(flow.versions).sid;
  }

  async function operate(): Promise<void> {
    await clock.sleep(random.int(1000, 25_000));
    const all = isMigrated(stored) ? storedPlays(stored.scheduler) : [];
    if (all.length === 0) return;
    const { sid, status } = random.pick(all);
    const wish = random.pick(['cancel', 'hold', 'hold', 'fork', 'fork'] as const);
    world.trace(`operator: ${wish} ${sid}`);
    if (wish === 'cancel') await call((options) => plays.cancelPlay({ playSid: sid }, options));
    else if (wish === 'fork') await fork(sid);
    else if (!isEnded(status)) {
      await call((options) => plays.pausePlay({ playSid: sid, by: 'operator' }, options));
      await clock.sleep(random.int(100, 20_000));
      await call((options) => plays.unpausePlay({ playSid: sid }, options));
    }
  }

  async function fork(playSid: string): Promise<void> {
    const spans = stored.executor.all<{ span_id: string }>('SELECT span_id FROM spans WHERE play_sid = ?', playSid);
    if (spans.length === 0) return;
    const fromSpanId = random.pick(spans).span_id;
    // A fork has no idempotency key: whoever gets no reply may fork twice.
    const made = await call((options) => plays.forkPlay({ playSid, fromSpanId }, options));
    if (made !== undefined) ledger.forkAcked(made.sid);
  }

  /** Two may answer the same, and differ. */
  async function answerAll(): Promise<void> {
    for (;;) {
      await clock.sleep(random.int(100, LOOK_EVERY_MS));
      const open = isMigrated(stored) ? openQuestions(stored.scheduler) : [];
      if (open.length === 0) continue;
      const question = random.pick(open);
      await answer(question.play_sid, question.id);
    }
  }

  /** A hold that arrives late holds for good: somebody has to look after it. */
  async function letGo(): Promise<void> {
    for (;;) {
      await clock.sleep(LET_GO_EVERY_MS);
      if (!world.faults.isCalm()) continue;
      for (const playSid of heldPlays(stored.scheduler)) {
        await call((options) => plays.unpausePlay({ playSid }, options));
      }
    }
  }

  loop.post(loop.spawn('caretaker'), 0, () => void letGo());
  for (let i = random.int(1, 3); i > 0; i--) person(`starter ${i}`, () => start(`key ${i}`));
  for (let i = random.int(0, 2); i > 0; i--) person(`operator ${i}`, operate);
  for (let i = random.int(1, 2); i > 0; i--) loop.post(loop.spawn(`answerer ${i}`), 0, () => void answerAll());
  if (!isPlain && random.chance(0.3)) person('planner', createPlanner(world, { transport, flows, call, random }));
  return { isDone: () => busy === 0 };
}
