// Chaos on a mesh: separate processes on MongoDB and Redis are killed, frozen and cut off under load; afterwards everything that was
// acknowledged is asked for. Says VOID when no fault was made, or when the checker does not find bugs that are planted.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMesh } from '@hero-logic/cli/testing/mesh';
import { createRandom, createRelay, toolArguments, toolNumber } from '@hero-logic/platform/testing';
import { startMongo, startRedis } from '../test-servers/start.mjs';
import { FLOWS, pause, startLoad } from './load.ts';
import { judge } from './verdict.ts';

const HELP = `Usage: npm run chaos:mesh -- [--seconds N] [--seed N] [--pause-ms N]

Starts MongoDB, Redis, a registry, a bridge and two schedulers with an executor each, plays under load, and kills, freezes and cuts off
what the seed says. Then it asks for everything that was acknowledged. Ends with 1 when something is not as it should be, or when the
run proves nothing (VOID). deploy/chaos/README.md says what is done and what is not.

  --seconds N   of faults (60)
  --seed N      decides what is hit when (a number of the clock)
  --pause-ms N  between two starts of plays (250)`;

const { values } = toolArguments(HELP, {
  seconds: { type: 'string', default: '60' },
  seed: { type: 'string', default: String(Date.now() % 100_000) },
  'pause-ms': { type: 'string', default: '250' },
});
const seconds = toolNumber('seconds', values.seconds);
const seed = toolNumber('seed', values.seed);
const pauseMs = toolNumber('pause-ms', values['pause-ms']);
const DISTURBED = ['registry', 'scheduler', 'scheduler2', 'executor', 'executor2', 'bridge'] as const;
/** As often as it stands here. */
const FAULTS = [
  ...[killed, killed, killed, killed, frozen, frozen, frozen, cutOff],
  ...[slowStore, stoppedMongo, stoppedRedis, stoppedRedis, steppedClock, steppedClock],
];

const { next: random } = createRandom(seed);
const folder = mkdtempSync(join(tmpdir(), 'hl-chaos-'));
const data = join(folder, 'mongodb');
let mongo = await startMongo(data);
let redis = await startRedis();
if (mongo === undefined || redis === undefined) {
  console.error('there is no MongoDB or no Redis to run on; `npm test` installs both where it may');
  process.exit(1);
}
const mongoPort = Number(new URL(mongo.url).port);
const redisPort = Number(new URL(redis.url).port);
const relay = await createRelay(mongo.url);
const mesh = await createMesh({
  ...{ HERO_LOGIC_STORE: 'mongodb', MONGODB_URL: `${relay.url}/chaos`, REDIS_URL: redis.url, HERO_LOGIC_LOG: 'fatal' },
});
const faults = new Map<string, number>();
let isRight = false;
try {
  for (const name of ['registry', 'bridge', 'scheduler', 'scheduler2', 'executor', 'executor2']) await serve(name);
  for (const [name, source] of Object.entries(FLOWS))
    await mesh.rpc('workflow_create', { name, python_source: source });
  const load = startLoad(mesh, pauseMs);
  console.log(`seed ${seed}: ${seconds} s of faults`);
  for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
    await disturb();
    await pause(1000 + random() * 3000);
  }
  await load.stop();
  isRight = await judge(mesh, load, faults);
} finally {
  await mesh.close();
  await relay.close();
  await Promise.all([mongo?.stop(), redis?.stop()]);
  rmSync(folder, { recursive: true, force: true });
}
process.exit(isRight ? 0 : 1);

function serviceOf(name: string): string {
  return name.replace('2', '');
}

/** The second executor has a scheduler of its own: two of them share the plays. The clock of each process can be set. */
function serve(name: string): Promise<void> {
  const own = name === 'executor2' ? { HERO_LOGIC_SCHEDULER_URL: mesh.url('scheduler2') } : {};
  const stepped = `--import=${new URL('./clock-step.mjs', import.meta.url)}`;
  return mesh.serve(serviceOf(name), name, { ...own, NODE_OPTIONS: stepped, CLOCK_STEP_FILE: join(folder, name) });
}

async function disturb(): Promise<void> {
  const name = DISTURBED[Math.floor(random() * DISTURBED.length)] as string;
  const fault = FAULTS[Math.floor(random() * FAULTS.length)] as (typeof FAULTS)[number];
  await fault(name);
}

async function killed(name: string): Promise<void> {
  note(`killed ${serviceOf(name)}`);
  await mesh.kill(name, 'SIGKILL');
  await pause(random() * 2000);
  await serve(name);
}

/** Half of them for longer than a lease. */
async function frozen(name: string): Promise<void> {
  note(`froze ${serviceOf(name)}`);
  mesh.signal(name, 'SIGSTOP');
  await pause(random() < 0.5 ? 1000 + random() * 3000 : 12_000);
  mesh.signal(name, 'SIGCONT');
}

async function cutOff(): Promise<void> {
  note('cut off MongoDB');
  await relay.cut();
  await pause(300 + random() * 4000);
  relay.mend();
}

async function slowStore(): Promise<void> {
  note('slowed MongoDB down');
  relay.slow(50 + random() * 450);
  await pause(2000 + random() * 4000);
  relay.mend();
}

async function stoppedMongo(): Promise<void> {
  note('stopped MongoDB');
  await mongo?.halt();
  await pause(random() * 3000);
  mongo = await startMongo(data, mongoPort);
}

async function stoppedRedis(): Promise<void> {
  note('stopped Redis');
  await redis?.stop();
  await pause(random() * 3000);
  redis = await startRedis(redisPort);
}

/** Half of them back; by up to an hour, for longer than a lease. */
async function steppedClock(name: string): Promise<void> {
  const minutes = (1 + random() * 59) * (random() < 0.5 ? -1 : 1);
  note(`set the clock of ${serviceOf(name)} ${minutes < 0 ? 'back' : 'forward'}`);
  writeFileSync(join(folder, name), String(Math.round(minutes * 60_000)));
  await pause(2000 + random() * 10_000);
  rmSync(join(folder, name), { force: true });
}

function note(fault: string): void {
  faults.set(fault, (faults.get(fault) ?? 0) + 1);
}
