// Chaos on a mesh: separate processes on MongoDB and Redis are killed, frozen and cut off under load; afterwards everything that was
// acknowledged is asked for. Says VOID when no fault was made, or when the checker does not find bugs that are planted.
//
//   npm run chaos:mesh -- [--seconds 60] [--seed 1] [--pause-ms 250]

import { parseArgs } from 'node:util';
import { createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { createMesh, type Mesh } from '@hero-logic/cli/testing/mesh';
import { createRelay, type Relay } from '@hero-logic/cli/testing/relay';
import { SpanService } from '@hero-logic/proto/herologic/executor/v1/span_service_pb';
import { startMongo, startRedis } from '../test-servers/start.mjs';
import { checkerWorks, problemsOf, type RecordedStep } from './check.ts';
import { FLOWS, type PlayView, pause, startLoad } from './load.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
    'pause-ms': { type: 'string', default: '250' },
  },
});
const DISTURBED = ['registry', 'scheduler', 'scheduler2', 'executor', 'executor2', 'bridge'] as const;
const END_MS = 180_000;

const random = createRandom(Number(values.seed));
const mongo = await startMongo();
let redis = await startRedis();
if (mongo === undefined || redis === undefined) {
  console.error('there is no MongoDB or no Redis to run on; `npm test` installs both where it may');
  process.exit(1);
}
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
  const load = startLoad(mesh, Number(values['pause-ms']));
  console.log(`seed ${values.seed}: ${values.seconds} s of faults`);
  for (const end = Date.now() + Number(values.seconds) * 1000; Date.now() < end; ) {
    await disturb(mesh, relay);
    await pause(1000 + random() * 3000);
  }
  await load.stop();
  isRight = await judge(load);
} finally {
  await mesh.close();
  await relay.close();
  await Promise.all([mongo.stop(), redis.stop()]);
}
process.exit(isRight ? 0 : 1);

function serviceOf(name: string): string {
  return name.replace('2', '');
}

/** The second executor has a scheduler of its own: two of them share the plays. */
function serve(name: string): Promise<void> {
  const own = name === 'executor2' ? { HERO_LOGIC_SCHEDULER_URL: mesh.url('scheduler2') } : {};
  return mesh.serve(serviceOf(name), name, own);
}

async function disturb(target: Mesh, way: Relay): Promise<void> {
  const name = DISTURBED[Math.floor(random() * DISTURBED.length)] as string;
  const service = serviceOf(name);
  const kind = random();
  if (kind < 0.4) {
    note(`killed ${service}`);
    await target.kill(name, 'SIGKILL');
    await pause(random() * 2000);
    await serve(name);
  } else if (kind < 0.65) {
    // Half of them for longer than a lease.
    note(`froze ${service}`);
    target.signal(name, 'SIGSTOP');
    await pause(random() < 0.5 ? 1000 + random() * 3000 : 12_000);
    target.signal(name, 'SIGCONT');
  } else if (kind < 0.85) {
    note('cut off MongoDB');
    await way.cut();
    await pause(300 + random() * 4000);
    way.mend();
  } else {
    note('stopped Redis');
    await redis?.stop();
    await pause(random() * 3000);
    redis = await startRedis(redisPort);
  }
}

function note(fault: string): void {
  faults.set(fault, (faults.get(fault) ?? 0) + 1);
}

async function judge(load: ReturnType<typeof startLoad>): Promise<boolean> {
  const until = Date.now() + END_MS;
  const problems: string[] = [];
  let runs = 0;
  let isProven = false;
  for (const remembered of load.plays) {
    const timeout = Math.max(1, until - Date.now());
    const params = { play_sid: remembered.sid, timeout_ms: timeout, until: 'terminal' };
    const play = await load.insist<PlayView>('play_wait', params);
    const steps = await recordedSteps(remembered.sid);
    runs += play.attempt;
    problems.push(...problemsOf(remembered, play, steps));
    isProven ||= remembered.flow === 'asks' && play.status === 'success' && checkerWorks(remembered, play, steps);
  }
  console.log([...faults].map(([fault, count]) => `${count} x ${fault}`).join(', '));
  console.log(`${load.plays.length} plays in ${runs} runs, ${load.refused()} calls tried again`);
  for (const problem of problems.slice(0, 20)) console.log(`WRONG: ${problem}`);
  const isVoid = faults.size === 0 || load.plays.length === 0 || !isProven;
  console.log(
    isVoid ? 'VOID: nothing was put to the test' : problems.length === 0 ? 'HELD' : `BROKEN: ${problems.length}`,
  );
  return !isVoid && problems.length === 0;
}

async function recordedSteps(playSid: string): Promise<RecordedStep[]> {
  const spans = createClient(SpanService, createGrpcTransport({ baseUrl: mesh.url('executor') }));
  const steps: RecordedStep[] = [];
  for (let after = 0n; ; ) {
    const page = await spans.listSteps({ playSid, after });
    steps.push(...page.steps.map(({ name, output }) => ({ name, output })));
    if (page.next === 0n) return steps;
    after = page.next;
  }
}

/** mulberry32: the same faults for the same seed, as far as the machine lets them happen at the same moments. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
