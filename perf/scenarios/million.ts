// A store of a deployment that has run for years: 1,000,000 plays that have ended and 100,000 that wait, written straight into it as
// copies of two real ones. How long it takes to start, to list and to filter, and how fast retention removes beside plays that run.

import type { Report } from '../report.ts';
import type { PerfServer } from '../server.ts';
import { spread } from '../stats.ts';
import type { Templates } from './million-copies.ts';
import type { Deployment } from './million-deployment.ts';
import { createMongoDeployment } from './million-mongo.ts';
import { createSqliteDeployment } from './million-sqlite.ts';

export interface MillionOptions {
  /** How many plays have ended. */
  readonly plays?: number | undefined;
}

const ENDED = 1_000_000;
/** One in so many waits. */
const WAITING_OF = 10;
const WORKFLOWS = 5;
/** Of the plays of one workflow one of so many stays. */
const KEPT_OF = 10;
const LONGEST_MS = 120_000;
/** So long plays run beside retention, or until a third is removed: first at a rate, then one after the other. Then it is alone. */
const BESIDE_MS = 10_000;
const PLAYS_PER_SECOND = 20;
const LOOK_EVERY_MS = 500;

const FLOW = `from hero_tracing import flow

@flow
def double(n: int):
    return n * 2

@flow
def main(n: int = 1, ask: bool = False):
    if ask:
        flow.pause("go on")
    return double(n)
`;

const FILTERS = [
  '',
  'status:failed',
  'status:waiting',
  'status:failed,timed_out,cancelled',
  'workflow:flow_2',
  'workflow:flow_2 status:failed',
  'label.customer=c7',
  'label.customer=c7 status:failed since:10d',
  'created<20d status:success',
  'ended>1d -status:success',
  '"order 77777"',
];

export const million = (_server: PerfServer, rounds: number, options: MillionOptions) =>
  measure(createSqliteDeployment, rounds, options);

export const millionOnMongo = (_server: PerfServer, rounds: number, options: MillionOptions) =>
  measure(createMongoDeployment, rounds, options);

async function measure(
  create: () => Promise<Deployment>,
  rounds: number,
  { plays: ended = ENDED }: MillionOptions,
): Promise<Report> {
  const run = await create();
  try {
    const templates = await runTemplates(run);
    await run.stop();
    const filled = performance.now();
    await run.fill(templates, { ended, waiting: ended / WAITING_OF });
    console.log(`filled in ${((performance.now() - filled) / 1000).toFixed(0)} s`);

    const started = await startTime(run);
    const listed: number[] = [];
    for (const filter of FILTERS) {
      const times = await listTimes(run, filter, Math.max(5, rounds));
      console.log(`  ${spread(times).p95.toFixed(1).padStart(8)} ms p95  ${filter || '(no filter)'}`);
      listed.push(...times);
    }
    const alone = await playTimes(run, rounds);
    const now = Date.now();
    const pacedAlone = await pacedPlays(run, async () => Date.now() < now + BESIDE_MS);
    await run.stop();
    const { rate, beside, paced } = await retain(run, templates, ended / WORKFLOWS);
    await run.stop();
    await run.age();
    const upgraded = await startTime(run);
    return {
      title: `${ended} ended plays and ${ended / WAITING_OF} that wait`,
      rows: [
        { name: 'start-up', spread: spread([started]), unit: 'ms', goal: 'under 3,000' },
        { name: 'the first after an upgrade that gives plays their namespace', spread: spread([upgraded]), unit: 'ms' },
        { name: 'a page of 50, with and without filters, over HTTP', spread: spread(listed), unit: 'ms' },
        { name: 'the same, 95th percentile', spread: p95(listed), unit: 'ms', goal: 'under 50' },
        { name: 'plays that retention removes', spread: spread([rate]), unit: '/s', goal: 'above 5,000' },
        {
          name: `the same beside ${PLAYS_PER_SECOND} plays/s`,
          spread: spread([paced.rate]),
          unit: '/s',
          goal: 'above 5,000',
        },
        { name: 'a play of them without retention, start to end', spread: spread(pacedAlone), unit: 'ms' },
        { name: 'the same beside it', spread: spread(paced.times), unit: 'ms', against: spread(pacedAlone).p50 },
        { name: 'the same, 95th percentile', spread: p95(paced.times), unit: 'ms', against: spread(pacedAlone).p95 },
        { name: 'plays that retention removes beside plays without a gap', spread: spread([beside.rate]), unit: '/s' },
        { name: 'a play of them without retention, start to end', spread: spread(alone), unit: 'ms' },
        { name: 'the same beside it', spread: spread(beside.times), unit: 'ms', against: spread(alone).p50 },
      ],
      ratioTo: 'without it',
    };
  } finally {
    await run.remove();
  }
}

async function runTemplates(run: Deployment): Promise<Templates> {
  const workflows: Templates['workflows'][number][] = [];
  for (let i = 0; i < WORKFLOWS; i++) {
    const name = `flow_${i}`;
    const made = await run.rpc<{ sid: string; current_version_sid: string }>('workflow_create', {
      name,
      python_source: FLOW,
    });
    workflows.push({ sid: made.sid, name, versionSid: made.current_version_sid });
  }
  const start = (input_data: object) =>
    run.rpc<{ sid: string }>('play_start', {
      workflow_name: 'flow_0',
      input_data,
      wait_ms: 20_000,
      tags: { customer: 'c' },
    });
  const endedSid = (await start({ n: 1 })).sid;
  const waitingSid = (await start({ ask: true })).sid;
  // Who reads spans puts them into their tables first.
  for (const play_sid of [endedSid, waitingSid]) await run.rpc('play_spans', { play_sid });
  return { workflows, endedSid, waitingSid };
}

async function startTime(run: Deployment): Promise<number> {
  const begin = performance.now();
  await run.restart();
  return performance.now() - begin;
}

async function listTimes(run: Deployment, filter: string, rounds: number): Promise<number[]> {
  const times: number[] = [];
  for (let round = -1; round < rounds; round++) {
    const begin = performance.now();
    await run.rpc('play_list', { filter, page_size: 50 });
    if (round >= 0) times.push(performance.now() - begin);
  }
  return times;
}

async function playTimes(run: Deployment, rounds: number): Promise<number[]> {
  const times: number[] = [];
  for (let round = -3; round < rounds; round++) times.push(await playTime(run));
  return times.slice(3);
}

async function playTime(run: Deployment): Promise<number> {
  const begin = performance.now();
  const play = { workflow_name: 'flow_4', input_data: { n: 1 }, wait_ms: 20_000 };
  const { status } = await run.rpc<{ status: string }>('play_start', play);
  if (status !== 'success') throw new Error(`a play ended as ${status}`);
  return performance.now() - begin;
}

/** Plays that begin by chance, so many a second, whatever became of those before. */
async function pacedPlays(run: Deployment, more: () => Promise<boolean>): Promise<number[]> {
  const times: Promise<number>[] = [];
  for (let looked = Date.now(), going = true; going; ) {
    times.push(playTime(run));
    await new Promise((resolve) => setTimeout(resolve, (-Math.log(1 - Math.random()) * 1000) / PLAYS_PER_SECOND));
    if (Date.now() < looked + LOOK_EVERY_MS) continue;
    going = await more();
    looked = Date.now();
  }
  return Promise.all(times);
}

/** Plays without a gap, one after the other. */
async function playsInTurn(run: Deployment, more: () => Promise<boolean>): Promise<number[]> {
  const times: number[] = [];
  while (await more()) {
    const looked = Date.now();
    while (Date.now() < looked + LOOK_EVERY_MS) times.push(await playTime(run));
  }
  return times;
}

/** Retention begins with the start: first beside plays, then alone. */
async function retain(run: Deployment, { workflows }: Templates, plays: number) {
  const kept = Math.floor(plays / KEPT_OF);
  await run.keep(workflows[1]?.sid ?? '', kept);
  await run.restart();
  const goal = plays - kept;
  const rate = (n: number, ms: number) => n / Math.max(0.001, ms / 1000);
  const removedBeside = async (play: typeof pacedPlays) => {
    const begin = await run.removed();
    const begun = Date.now();
    let now = begin;
    const times = await play(run, async () => {
      now = await run.removed();
      return Date.now() < begun + BESIDE_MS && now.n < begin.n + goal / 3;
    });
    return { times, rate: rate(now.n - begin.n, Date.now() - begun) };
  };
  const paced = await removedBeside(pacedPlays);
  const beside = await removedBeside(playsInTurn);
  const between = await run.removed();
  const then = Date.now();
  let end = between;
  while (end.n < goal && Date.now() < then + LONGEST_MS) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    end = await run.removed();
  }
  return { beside, paced, rate: rate(end.n - between.n, end.last - then) };
}

const p95 = (times: number[]) => spread([spread(times).p95]);
