// `npm run capacity`: turns a wished load into numbers of pods, and lets the simulated mesh run it.

import { readFileSync } from 'node:fs';
import { toolArguments, toolNumber } from '@hero-logic/platform/testing';
import { MEASURED, type Times } from './measured.ts';
import type { Load } from './mesh.ts';
import { type Figures, PARTS, runModel } from './model.ts';
import { type Plan, planMesh } from './plan.ts';
import { readTimes } from './read-times.ts';

const NUMBERS = {
  'plays-per-second': ['100', 0.001, 1e6, 'plays that are started in a second'],
  wait: ['0', 0, 1e9, 'milliseconds that a play waits without computing (its process stays)'],
  compute: ['5', 0, 1e6, 'milliseconds of processor that a play takes'],
  steps: ['3', 0, 1e5, 'durable steps of a play'],
  slots: ['8', 1, 1e4, 'slots of an executor'],
  cores: ['2', 1, 1024, 'cores of an executor'],
  keys: ['100', 1, 1e6, 'workflows or namespaces by which plays go to shards'],
  skew: ['0', 0, 10, 'how unequal these are: 0 = all alike, 1 = the second has half of the first'],
  target: ['0.6', 0.05, 0.95, 'share of the time that a part may work'],
  executors: ['0', 0, 1000, 'simulate so many instead of what is reckoned'],
  shards: ['0', 0, 1000, 'the same for shards'],
  plays: ['5000', 100, 1e6, 'plays that are simulated'],
} as const;
type Name = keyof typeof NUMBERS;
const NAMES = Object.keys(NUMBERS) as Name[];

/** Milliseconds that were measured; each can be told. */
const TIMES = {
  commit: ['commitMs', 'of a commit in the store'],
  write: ['writeMs', 'of each record in it'],
  start: ['startMs', 'of a scheduler for the start of a play'],
  claim: ['claimMs', 'the same for each play that is claimed'],
  'claim-call': ['claimCallMs', "the same for an executor's call for plays"],
  report: ['reportMs', 'the same for the report of its end'],
  renew: ['renewMs', 'the same for a lease that is renewed'],
  play: ['executorPlayMs', "of an executor's Node process for a play"],
  step: ['executorStepMs', 'the same for a step'],
  process: ['processMs', "of a core for a play's process, without what it computes"],
  'process-step': ['processStepMs', 'the same for a step'],
  network: ['networkMs', 'one way between two processes'],
  signal: ['signalMs', 'until a signal is heard'],
} as const satisfies Record<string, readonly [keyof Times, string]>;
type TimeName = keyof typeof TIMES;
const TIME_NAMES = Object.keys(TIMES) as TimeName[];
const LONGEST_MS = 1e5;

const HELP = `Usage: npm run capacity -- [--plays-per-second N] [options]

Reckons how many schedulers, executors and shards a load needs from times that were measured, and runs it in a simulated mesh: the scheduler's own
commands in virtual time. docs/capacity.md says what it shows and what it cannot.

${NAMES.map((name) => `  --${name.padEnd(18)} ${NUMBERS[name][3]} (${NUMBERS[name][0]})`).join('\n')}

Milliseconds that were measured (docs/capacity.md):
${TIME_NAMES.map((name) => `  --${name.padEnd(18)} ${TIMES[name][1]} (${MEASURED[TIMES[name][0]]})`).join('\n')}
  --times FILE        take them from your own: npm run perf -- claims service-times --json FILE
  --store NAME        of the file those of sqlite or mongodb (mongodb)

  --sweep             simulate the same mesh with a quarter to twice of the load: where it bends
  --json              one JSON document instead of text`;

interface Arguments {
  readonly values: Readonly<Record<Name, number>>;
  readonly times: Times;
  readonly sweep: boolean;
  readonly json: boolean;
}

function parse(): Arguments {
  const texts = [...NAMES, ...TIME_NAMES, 'times', 'store'].map((name) => [name, { type: 'string' as const }]);
  const { values } = toolArguments(HELP, {
    ...(Object.fromEntries(texts) as Record<Name | TimeName | 'times' | 'store', { type: 'string' }>),
    ...{ sweep: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
  });
  const numbers = NAMES.map((name) => {
    const [before, least, most] = NUMBERS[name];
    return [name, toolNumber(name, values[name] ?? before, { least, most, isWhole: false })] as const;
  });
  const told = TIME_NAMES.flatMap((name) => {
    const text = values[name];
    if (text === undefined) return [];
    return [[TIMES[name][0], toolNumber(name, text, { most: LONGEST_MS, isWhole: false })] as const];
  });
  const { times: file, store = 'mongodb', sweep = false, json = false } = values;
  const measured = file === undefined ? MEASURED : timesOfFile(file, store);
  return {
    values: Object.fromEntries(numbers) as Record<Name, number>,
    times: { ...measured, ...Object.fromEntries(told) },
    ...{ sweep, json },
  };
}

function timesOfFile(file: string, store: string): Times {
  try {
    return readTimes(readFileSync(file, 'utf8'), store, MEASURED);
  } catch (error) {
    process.stderr.write(`--times ${file}: ${(error as Error).message}\n`);
    return process.exit(2);
  }
}

async function main(): Promise<void> {
  const { values, times, sweep, json } = parse();
  const load: Load = {
    ...{ playsPerSecond: values['plays-per-second'], waitMs: values.wait, computeMs: values.compute },
    ...{ steps: values.steps, isRandom: true, keys: values.keys, skew: values.skew },
  };
  const reckoned = planMesh({ load, times, slots: values.slots, cores: values.cores, target: values.target });
  const plan: Plan = {
    ...reckoned,
    ...(values.executors > 0 ? { executors: values.executors } : {}),
    ...(values.shards > 0 ? { shards: values.shards } : {}),
  };
  const factors = sweep ? [0.25, 0.5, 0.75, 1, 1.25, 1.5, 2] : [1];
  const runs: { readonly playsPerSecond: number; readonly figures: Figures }[] = [];
  for (const factor of factors) {
    const playsPerSecond = load.playsPerSecond * factor;
    const figures = await runModel({ load: { ...load, playsPerSecond }, mesh: plan, plays: values.plays });
    runs.push({ playsPerSecond, figures });
  }
  const text = json
    ? JSON.stringify({ load, times, plan, runs }, null, 1)
    : [planText(plan), tableOf(runs)].join('\n\n');
  process.stdout.write(`${text}\n`);
}

function planText({ shards, schedulers, executors, executorsFor, running, slots, cores }: Plan): string {
  return [
    `shards (a store each)   ${shards}`,
    `schedulers of a shard   ${schedulers}`,
    `executors               ${executors}, with ${slots} slots and ${cores} cores each; their ${executorsFor} ask for so many`,
    `plays at the same time  ${running}`,
  ].join('\n');
}

function tableOf(runs: readonly { readonly playsPerSecond: number; readonly figures: Figures }[]): string {
  const head = ['wished /s', 'done /s', 'p50 ms', 'p99 ms', ...PARTS.map((part) => `${part} %`)];
  const rows = runs.map(({ playsPerSecond, figures }) => [
    playsPerSecond.toFixed(0),
    figures.playsPerSecond.toFixed(0),
    figures.p50Ms.toFixed(1),
    figures.p99Ms.toFixed(1),
    ...PARTS.map((part) => (figures.busy[part] * 100).toFixed(0)),
  ]);
  return [head, ...rows].map((row) => row.map((cell) => cell.padStart(13)).join('')).join('\n');
}

await main();
