// Play processes of the simulated world: each runs its flow over a wire that keeps the order of what is sent, and can be killed.

import type { Interpreters } from '@hero-logic/executor';
import type { Op } from '../flow/program.ts';
import { runFlow } from '../flow/run-flow.ts';
import { type Answered, createWire } from '../flow/wire.ts';
import { FOLDER } from '../virtual/files.ts';
import type { Proc } from '../virtual/loop.ts';
import type { World } from './world.ts';

type Interpreter = Awaited<ReturnType<Interpreters['take']>>;
type Job = Parameters<Interpreter['start']>[0];

export interface WorldInterpreters extends Interpreters {
  /** The executor is gone, and they with it. */
  killAll(): void;
}

export function createWorldInterpreters(world: World, host: Proc): WorldInterpreters {
  const flows = new Set<Proc>();
  let made = 0;
  const create = () => {
    const id = `${host.name}-${++made}`;
    return createInterpreter(world, host, { id, dir: `${FOLDER}${id}`, flows });
  };
  return {
    tier: 'B',
    missing: [],
    canHosts: false,
    take: async () => create(),
    stats: () => ({ hot: 0, running: flows.size, forked: made }),
    release: async ({ dir }) => world.files.remove(dir),
    close: async () => {},
    killAll() {
      for (const flow of flows) {
        flow.alive = false;
        world.ledger.ended(flow);
      }
    },
  };
}

/** A process has let go of the wire before its exit is known. */
const EXIT_KNOWN_AFTER_MS = 3;

function createInterpreter(
  world: World,
  host: Proc,
  { id, dir, flows }: { readonly id: string; readonly dir: string; readonly flows: Set<Proc> },
): Interpreter {
  const { loop, faults } = world;
  const flow = loop.spawn(`flow ${id}`);
  const hungUp = Promise.withResolvers<{ output: string }>();
  const ended = Promise.withResolvers<Awaited<Interpreter['ended']>>();
  const held: (() => void)[] = [];
  let onLines: (lines: string[]) => void = () => {};
  let isOver = false;
  let isPaused = false;
  /** Nothing overtakes anything on one socket. */
  const line = (to: Proc) => {
    let last = 0;
    return (run: () => void) => {
      last = Math.max(last, loop.now() + faults.delay() / 10);
      loop.post(to, last - loop.now(), run);
    };
  };
  const toHost = line(host);
  const toFlow = line(flow);
  const wire = createWire({
    write: (text) => toHost(() => (isPaused ? held.push(() => onLines([text])) : onLines([text]))),
    onDurable: (stepKey, output) => world.ledger.stepAcked(flow, stepKey, output),
  });

  function end(code: number | null, signal: number | null): void {
    if (isOver) return;
    isOver = true;
    world.trace(`${flow.name} ends: ${code ?? `signal ${signal}`}`);
    flow.alive = false;
    flows.delete(flow);
    world.ledger.ended(flow);
    toHost(() => {
      const finish = () => {
        hungUp.resolve({ output: '' });
        loop.post(host, EXIT_KNOWN_AFTER_MS, () =>
          ended.resolve({ code, signal, cpuMs: 5, maxRssKb: 9000, output: '' }),
        );
      };
      if (isPaused) held.push(finish);
      else finish();
    });
  }

  async function run(job: Job): Promise<void> {
    const linesOf = (file = '') => world.files.read(`${dir}/${file}`).split('\n').filter(Boolean);
    const { ops } = JSON.parse(job.source ?? '') as { ops: Op[] };
    const recorded = readSteps(linesOf(job.env.HERO_REPLAY_STEP_OUTPUTS_FILE));
    const answers = readAnswers(linesOf(job.env.HERO_REPLAY_RESUMES_FILE));
    world.trace(`${flow.name} runs play ${job.env.HERO_FLOW_PLAY_SID}`);
    const versionSid = job.env.HERO_FLOW_VERSION_SID ?? '';
    world.ledger.began(flow, { playSid: job.env.HERO_FLOW_PLAY_SID ?? '', versionSid, recorded });
    const { clock } = world;
    const work = (stepKey: string) => world.ledger.worked(flow, stepKey);
    const onSlept = (resumeId: string, ms: number) => world.ledger.slept(flow, resumeId, ms);
    const onWithdrawn = (ids: readonly string[]) => world.ledger.withdrawn(flow, ids);
    const code = await runFlow({ wire, clock, versionSid, recorded, answers, work, onSlept, onWithdrawn }, ops);
    if (flow.alive) end(code, null);
  }

  return {
    id,
    dir,
    tier: 'B',
    proxyToken: '',
    start(job) {
      flows.add(flow);
      const go = (env: Job['env']) =>
        toFlow(() => {
          run({ ...job, env: { ...job.env, ...env } }).catch((error: unknown) =>
            world.ledger.broken(`${flow.name} broke: ${error}`),
          );
        });
      if (job.staging === undefined) go({});
      else
        job.staging.then(
          ({ env }) => go(env),
          () => {},
        );
    },
    send: (what) => toFlow(() => wire.hear(what)),
    ack: (seq) => toFlow(() => wire.hear({ ack: seq })),
    onLines: (listener) => {
      onLines = listener;
    },
    onLine: () => {},
    hungUp: hungUp.promise,
    ended: ended.promise,
    saidAll: () => hungUp.resolve({ output: '' }),
    kill: (signal) => void loop.post(host, 0, () => end(null, signal === 'KILL' ? 9 : 15)),
    pause: () => {
      isPaused = true;
    },
    resume: () => {
      isPaused = false;
      for (const release of held.splice(0)) release();
    },
  };
}

function readSteps(lines: readonly string[]): Map<string, string> {
  return new Map(lines.map((text) => text.split('\t')).map(([key = '', , , output = '']) => [key, output]));
}

function readAnswers(lines: readonly string[]): Map<string, Answered> {
  return new Map(lines.map((text) => JSON.parse(text) as Answered & { id: string }).map((a) => [a.id, a]));
}
