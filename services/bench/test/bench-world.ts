// A bench on a real store; the library and the plays are what a test says.

import type { MessageInitShape } from '@bufbuild/protobuf';
import { type Client, createClient } from '@connectrpc/connect';
import {
  createGroupCommit,
  createInProcessSignals,
  createLocalTransport,
  createSchemaCheck,
  createSids,
  HeroError,
  openDatabase,
  silentLog,
  startLoops,
  toHeroError,
} from '@hero-logic/platform';
import { createFakeClock } from '@hero-logic/platform/testing';
import type { Benchmark } from '@hero-logic/proto/herologic/bench/v1/benchmark_pb';
import {
  BenchmarkService,
  type RunBenchmarkRequestSchema,
} from '@hero-logic/proto/herologic/bench/v1/benchmark_service_pb';
import { ChoiceService } from '@hero-logic/proto/herologic/bench/v1/choice_service_pb';
import { GOES_ON } from '../src/domain/benchmark.ts';
import type {
  BenchExample,
  DeclaredInput,
  Library,
  PlayFigures,
  PlayOutcome,
  Plays,
  StartBenchPlay,
} from '../src/domain/ports.ts';
import { createBenchLoop } from '../src/loops/bench-loop.ts';
import { createBenchmarkService } from '../src/rpc/benchmark-service.ts';
import { createChoiceService } from '../src/rpc/choice-service.ts';
import { createSqliteBenchmarkStore } from '../src/storage/benchmark-store.sqlite.ts';

/** Flows of the library that benchmarks may ask for help. */
const FLOWS = ['judge', 'think', 'invent_inputs'];

export interface BenchWorld {
  readonly benchmarks: Client<typeof BenchmarkService>;
  readonly choice: Client<typeof ChoiceService>;
  readonly examples: BenchExample[];
  /** What every version declares. */
  inputs: DeclaredInput[];
  readonly started: StartBenchPlay[];
  readonly cancelled: string[];
  readonly called: string[];
  readonly recent: PlayFigures[];
  /** What a play comes to; by default success with its example's expected output. */
  outcome: (start: StartBenchPlay, index: number) => Partial<PlayOutcome> | Promise<Partial<PlayOutcome>> | Error;
  /** What a called flow returns; undefined = it fails. */
  reply: string | undefined;
  /** What the play of a called flow costs. */
  replyCostUsd: number | undefined;
  /** Under which keys flows were called. */
  readonly keys: string[];
  archived: boolean;
  readonly clock: ReturnType<typeof createFakeClock>;
  /** Of version v1 unless told otherwise. */
  run(more?: Omit<MessageInitShape<typeof RunBenchmarkRequestSchema>, '$typeName'>): Promise<Benchmark>;
  /** As it is once it has ended. */
  end(benchmarkSid: string): Promise<Benchmark>;
  stopLoops(): Promise<void>;
  startLoops(): void;
  close(): Promise<void>;
}

export function createBenchWorld(exploration = 0): BenchWorld {
  const db = openDatabase(':memory:');
  const commit = createGroupCommit(db);
  const clock = createFakeClock();
  const signals = createInProcessSignals();
  const store = createSqliteBenchmarkStore(db, commit);
  const closing = new AbortController();
  const versions = [3, 2, 1].map((number) => ({ sid: `v${number}`, number }));
  const library: Library = {
    async workflow(sid) {
      if (sid !== 'w') throw new HeroError('WORKFLOW_NOT_FOUND', `there is no workflow ${sid}`);
      return { name: 'w', namespace: 'default', currentVersionSid: 'v2', versions };
    },
    async version(_workflow, sid) {
      const found = versions.find((v) => v.sid === (sid || 'v2'));
      if (found === undefined) throw new HeroError('VERSION_NOT_FOUND', `there is no version ${sid}`);
      return { ...found, workflowName: 'w', archived: world.archived, inputs: world.inputs };
    },
    async requireFlow(name) {
      if (!FLOWS.includes(name)) throw new HeroError('WORKFLOW_NOT_FOUND', `there is no workflow named ${name}`);
    },
    async examples(sid) {
      await library.workflow(sid);
      return world.examples;
    },
    async saveExample(_workflow, { name, inputValues }) {
      if (world.examples.every((e) => e.sid !== name)) {
        world.examples.push({ sid: name, versionSid: '', inputValues, expectedOutput: '' });
      }
      return name;
    },
  };
  const plays: Plays = {
    async start(start) {
      const known = world.started.findIndex((s) => s.key === start.key);
      if (known >= 0) return `p${known}`;
      world.started.push(start);
      return `p${world.started.length - 1}`;
    },
    async outcome(playSid, abort) {
      const index = Number(playSid.slice(1));
      const start = world.started[index] as StartBenchPlay;
      const example = world.examples.find((e) => e.sid === start.exampleSid);
      let isOpen = true;
      const stopped = new Promise<never>((_, reject) => {
        abort.addEventListener('abort', () => {
          if (isOpen && abort.reason !== GOES_ON) world.cancelled.push(playSid);
          reject(new Error('aborted'));
        });
      });
      const found = await Promise.race([world.outcome(start, index), stopped]);
      isOpen = false;
      if (found instanceof Error) throw found;
      const output = example?.expectedOutput || 'null';
      return { playSid, status: 'success', output, durationMs: 100, error: '', ...found };
    },
    cancel: async (playSid) => void world.cancelled.push(playSid),
    async call({ inputData, key }) {
      world.called.push(inputData);
      world.keys.push(key);
      const error = world.reply === undefined ? 'Failed: no model' : '';
      return { playSid: 'pc', output: world.reply, error, costUsd: world.replyCostUsd };
    },
    retries: async () => 1,
    recent: async () => world.recent,
  };
  const routes = [
    (router: Parameters<Parameters<typeof createLocalTransport>[0]['routes'][number]>[0]) => {
      const deps = {
        ...{ store, library, plays, schemas: createSchemaCheck(), clock, signals, closing: closing.signal },
        newSid: createSids({ now: clock.now }),
      };
      router.service(BenchmarkService, createBenchmarkService(deps));
      router.service(ChoiceService, createChoiceService({ store, library, plays, ratingFlow: '', exploration }));
    },
  ];
  const transport = createLocalTransport({ routes, log: silentLog });
  const loop = () =>
    createBenchLoop({
      store,
      library,
      plays,
      schemas: createSchemaCheck(),
      clock,
      log: silentLog,
      signals,
    });
  let running = startLoops([loop()]);
  const world: BenchWorld = {
    benchmarks: createClient(BenchmarkService, transport),
    choice: createClient(ChoiceService, transport),
    examples: [],
    inputs: [],
    started: [],
    cancelled: [],
    called: [],
    recent: [],
    outcome: () => ({}),
    reply: undefined,
    replyCostUsd: undefined,
    keys: [],
    archived: false,
    clock,
    run: (more = {}) => world.benchmarks.runBenchmark({ workflowSid: 'w', versionSid: 'v1', ...more }),
    end: (benchmarkSid) => world.benchmarks.getBenchmark({ benchmarkSid, waitMs: 60_000n }),
    stopLoops: () => running.stop(),
    startLoops: () => {
      running = startLoops([loop()]);
    },
    async close() {
      closing.abort();
      await running.stop();
      commit.close();
      db.close();
    },
  };
  return world;
}

export async function reasonOf(call: Promise<unknown>): Promise<string> {
  return toHeroError(await call.catch((e: unknown) => e)).reason;
}
