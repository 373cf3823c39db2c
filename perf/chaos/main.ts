// `npm run chaos`: a real local run under load whose processes are killed and stopped at random; in the end everything that it has
// acknowledged is read again.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type LocalRun, startLocalRun } from '@hero-logic/cli/testing';
import { createRandom, type Random, toolArguments, toolNumber } from '@hero-logic/platform/testing';
import { type Blows, hit } from './blows.ts';
import { copyTree } from './copy-tree.ts';
import { type Facts, noFacts, type Rpc, readAgain } from './facts.ts';
import { CHILD, PARENT } from './flows.ts';
import { keepBusy } from './load.ts';

const HELP = `Usage: npm run chaos -- [--kills N] [--minutes N] [--callers N] [--seed N]

Starts a local run on data of its own (from a copy of this tree), keeps it busy, kills it with SIGKILL at
random, kills the parent of its play processes, stops it with SIGSTOP for a while, and starts it again. In
the end it reads everything again that was acknowledged: nothing may be lost, no acknowledged step may have
run again, no play may be stuck. Then it shows that it would have noticed: it throws recorded steps away
and must find that. Ends with 1 when something was broken, with 3 (VOID) when the run proves nothing.

  --kills N     SIGKILLs of the server (200)
  --minutes N   no more blows after this time (18)
  --callers N   plays at the same time (6)
  --seed N      decides what is hit when (a number of the clock)`;

const REPOSITORY = new URL('../..', import.meta.url).pathname;
const SETTLE_WITHIN_MS = 180_000;
const MOST_BETWEEN_MS = 2000;
const KILLS_OF_PROOF = 6;
const VOID = 3;

interface Storm {
  readonly run: LocalRun;
  readonly random: Random;
  readonly callers: number;
  readonly kills: number;
  readonly untilMs: number;
  /** Of the keys of its plays. */
  readonly name: string;
  readonly whileDown?: () => void;
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Load and blows, and then the load without blows until it is through. */
async function weather(storm: Storm): Promise<{ readonly facts: Facts; readonly blows: Blows }> {
  const { run, random, kills } = storm;
  const rpc: Rpc = (method, params) => run.rpc(method, params);
  const facts = noFacts();
  const blows: Blows = { kills: 0, zygotes: 0, stops: 0 };
  let isClosing = false;
  const options = { rpc, facts, isClosing: () => isClosing };
  const busy = Array.from({ length: storm.callers }, (_, i) =>
    keepBusy({ ...options, random: random.fork() }, `${storm.name}${i}`).catch((error: unknown) => {
      facts.broken.push(`caller ${i} was refused: ${error}`);
    }),
  );
  for (let told = 0; blows.kills < kills && Date.now() < storm.untilMs && facts.broken.length === 0; ) {
    await pause(random.next() * MOST_BETWEEN_MS);
    await hit(run, random, blows, storm.whileDown);
    if (blows.kills < told + 20) continue;
    told = blows.kills;
    console.log(`${told} kills; ${sum(facts)}`);
  }
  isClosing = true;
  let isThrough = false;
  const through = Promise.all(busy).then(() => {
    isThrough = true;
  });
  const late = Date.now() + SETTLE_WITHIN_MS;
  while (!isThrough && facts.broken.length === 0 && Date.now() < late) await Promise.race([through, pause(500)]);
  if (!isThrough && facts.broken.length === 0) {
    facts.broken.push(`plays are stuck ${SETTLE_WITHIN_MS / 1000} s after the last blow`);
  }
  return { facts, blows };
}

function sum({ plays, steps, answers, broken }: Facts): string {
  return `${plays.size} plays, ${steps.size} steps, ${answers.size} answers acknowledged; ${broken.length} broken`;
}

/** A bug put in on purpose: what is recorded of the steps of plays under way is gone after a crash. */
function forgetSteps(root: string): void {
  const db = new DatabaseSync(join(root, 'var/hero_logic/hero_logic.sqlite'));
  db.exec(`DELETE FROM play_journal;
    DELETE FROM step_outputs WHERE play_sid IN
      (SELECT sid FROM plays WHERE status IN ('pending', 'running', 'awaiting_resume'))`);
  db.close();
}

async function main(): Promise<number> {
  const { values } = toolArguments(HELP, {
    kills: { type: 'string', default: '200' },
    minutes: { type: 'string', default: '18' },
    callers: { type: 'string', default: '6' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  });
  const kills = toolNumber('kills', values.kills);
  const minutes = toolNumber('minutes', values.minutes, { isWhole: false });
  const callers = toolNumber('callers', values.callers, { least: 1 });
  const seed = toolNumber('seed', values.seed);
  const tree = mkdtempSync(join(tmpdir(), 'hl-chaos-'));
  copyTree(REPOSITORY, tree);
  const run = await startLocalRun({ tree });
  try {
    await run.rpc('workflow_create', { name: 'chaos_child', python_source: CHILD });
    await run.rpc('workflow_create', { name: 'chaos_parent', python_source: PARENT });
    console.log(`seed ${seed}`);
    const storm = { run, random: createRandom(seed), callers };
    return await storms(storm, kills, Date.now() + minutes * 60_000);
  } finally {
    await run.remove();
    rmSync(tree, { recursive: true, force: true });
  }
}

async function storms(
  storm: Pick<Storm, 'run' | 'random' | 'callers'>,
  kills: number,
  untilMs: number,
): Promise<number> {
  const { run } = storm;
  const began = Date.now();
  const { facts, blows } = await weather({ ...storm, name: 'c', kills, untilMs });
  await run.crash();
  await run.restart();
  await readAgain(facts, (method, params) => run.rpc(method, params));
  const minutes = ((Date.now() - began) / 60_000).toFixed(1);
  console.log(
    `${blows.kills} kills, ${blows.zygotes} of zygotes, ${blows.stops} stops in ${minutes} min; ${sum(facts)}`,
  );
  for (const what of facts.broken.slice(0, 20)) console.log(`  ${what}`);
  if (facts.broken.length > 0) return 1;
  if (blows.kills === 0 || facts.steps.size === 0 || facts.answers.size === 0) {
    console.log('VOID: nothing was killed, or nothing was at stake');
    return VOID;
  }
  const proof = await weather({
    ...storm,
    name: 'proof',
    kills: KILLS_OF_PROOF,
    untilMs: Number.POSITIVE_INFINITY,
    whileDown: () => forgetSteps(run.root),
  });
  if (proof.facts.broken.length === 0) {
    console.log('VOID: steps were thrown away on purpose, and nobody noticed');
    return VOID;
  }
  console.log(`a planted bug was noticed: ${proof.facts.broken[0]}`);
  return 0;
}

// Callers may still insist on a server that is gone.
process.exit(await main());
