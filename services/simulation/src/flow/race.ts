/**
 * `flow.race` of the SDK, in its order of events (docs/wire.md, section 4): a wait of a branch is recorded before its pause, the winner
 * before the waits of the losers are withdrawn, and that this was done afterwards. The first branch that ends wins; what the
 * others still send is refused.
 */

import { type FlowRun, GivenUp, keyOf, ROOT, type Values, Waiting } from './flow-run.ts';
import type { Op } from './program.ts';
import type { Answered, Wire } from './wire.ts';

type RunOps = (run: FlowRun, ops: readonly Op[], path: string, values: Values) => Promise<void>;

interface Contest {
  readonly run: FlowRun;
  readonly path: string;
  readonly lanes: OneLane[];
  /** Somebody waits, goes on, or is over. */
  changed: PromiseWithResolvers<void>;
  first: OneLane | undefined;
}

interface OneLane {
  readonly path: string;
  readonly values: Values;
  readonly open: Set<string>;
  state: 'runs' | 'waits' | 'left' | 'lost';
  error: unknown;
}

export async function race(
  run: FlowRun,
  op: Op & { op: 'race' },
  path: string,
  { values, runOps }: { readonly values: Values; readonly runOps: RunOps },
): Promise<void> {
  const known = run.recorded.get(keyOf(run, path));
  const index = known === undefined ? undefined : (JSON.parse(known) as { index: number }).index;
  const lanes = op.branches.map((_, i) => newLane(`${path}.${i}`));
  const contest: Contest = { run, path, lanes, changed: Promise.withResolvers(), first: undefined };
  const body = (lane: OneLane, i: number) =>
    runOps(laneRun(contest, lane), op.branches[i] ?? [], lane.path, lane.values);
  if (index !== undefined) {
    const winner = lanes[index] as OneLane;
    await withdrawLosers(contest, winner);
    for (const lane of lanes) if (lane !== winner) lane.state = 'left';
    await body(winner, index);
    Object.assign(values, winner.values, { [path]: { index } });
    return;
  }
  for (const [i, lane] of lanes.entries()) void body(lane, i).then(...left(contest, lane));
  while (contest.first === undefined && lanes.some(({ state }) => state !== 'left')) await contest.changed.promise;
  const { first } = contest;
  if (first === undefined) throw new Waiting(path);
  for (const lane of lanes) if (lane !== first) giveUp(contest, lane);
  const won = { index: lanes.indexOf(first) };
  record(run, keyOf(run, path), 'flow.race', won);
  await run.wire.outputsAcked();
  await withdrawLosers(contest, first);
  if (first.error !== undefined) throw first.error;
  Object.assign(values, first.values, { [path]: won });
}

function newLane(path: string): OneLane {
  return { path, values: {}, open: new Set(), state: 'runs', error: undefined };
}

function tell(contest: Contest): void {
  contest.changed.resolve();
  contest.changed = Promise.withResolvers();
}

/** What the end of a branch means, whichever it is. */
function left(contest: Contest, lane: OneLane): [() => void, (error: unknown) => void] {
  const end = (error: unknown) => {
    if (lane.state === 'lost' || error instanceof GivenUp) return;
    lane.state = 'left';
    lane.error = error;
    if (!(error instanceof Waiting)) contest.first ??= lane;
    tell(contest);
  };
  return [() => end(undefined), end];
}

function giveUp({ run }: Contest, lane: OneLane): void {
  lane.state = 'lost';
  for (const spanId of lane.open) {
    run.wire.send({ event: 'span_end', span_id: spanId, at_ms: run.clock.now(), status: 'cancelled' });
  }
}

function record(run: FlowRun, key: string, name: string, value: unknown): void {
  run.wire.send({ event: 'step_output', step_key: key, span_id: ROOT, name, output: JSON.stringify(value) });
}

/** Those that this run or an earlier one waited for; once that is done, never again. */
async function withdrawLosers({ run, path }: Contest, winner: OneLane): Promise<void> {
  const over = `${keyOf(run, path)}~over`;
  const lost = [...run.waits].filter(([, lanes]) =>
    lanes.some((lane) => lane.startsWith(`${path}.`) && !isWithin(lane, winner.path)),
  );
  if (lost.length === 0 || run.recorded.has(over)) return;
  const ids = lost.map(([id]) => id).filter((id) => !run.answers.has(id) && run.wire.answerOf(id) === undefined);
  if (ids.length > 0) {
    await run.wire.request('withdraw', { resume_ids: ids });
    run.onWithdrawn(ids);
  }
  record(run, over, 'flow.race_over', true);
}

const isWithin = (path: string, outer: string) => path === outer || path.startsWith(`${outer}.`);

/** The run as one branch sees it: nothing of a loser is recorded any more. */
function laneRun(contest: Contest, lane: OneLane): FlowRun {
  const { run } = contest;
  const outer = run.lane;
  return {
    ...run,
    wire: guarded(run.wire, lane),
    lane: {
      async announce(resumeId) {
        await outer?.announce(resumeId);
        const known = run.waits.get(resumeId) ?? [];
        if (known.includes(lane.path)) return;
        const lanes = [...known, lane.path];
        run.waits.set(resumeId, lanes);
        const key = `${keyOf(run, resumeId)}~wait~${lane.path}`;
        record(run, key, 'flow.race_wait', { id: resumeId, lane: lane.path });
        await run.wire.outputsAcked();
      },
      waitBeside: (askAgain) => waitBeside(contest, lane, askAgain),
    },
  };
}

const FIRST_LOOK_MS = 100;
const LAST_LOOK_MS = 2000;

async function waitBeside(
  contest: Contest,
  lane: OneLane,
  askAgain: () => Promise<Answered | undefined>,
): Promise<Answered> {
  const isAlone = () => contest.lanes.every(({ state }) => state !== 'runs');
  lane.state = 'waits';
  tell(contest);
  for (let ms = FIRST_LOOK_MS; ; ms = Math.min(2 * ms, LAST_LOOK_MS)) {
    if (isAlone()) throw new Waiting(lane.path);
    await Promise.race([contest.changed.promise, contest.run.clock.sleep(ms)]);
    if ((lane.state as string) === 'lost') throw new GivenUp();
    if (isAlone()) throw new Waiting(lane.path);
    const answer = await askAgain();
    if (answer === undefined) continue;
    lane.state = 'runs';
    return answer;
  }
}

function guarded(wire: Wire, lane: OneLane): Wire {
  const refuse = () => {
    if (lane.state === 'lost') throw new GivenUp();
  };
  const guard = async (wait: Promise<void>) => {
    await wait;
    refuse();
  };
  return {
    ...wire,
    send(event) {
      refuse();
      const { event: kind, span_id: spanId = '' } = event as { event: string; span_id?: string };
      if (kind === 'span_start') lane.open.add(spanId);
      if (kind === 'span_end') lane.open.delete(spanId);
      return wire.send(event);
    },
    acked: (seq) => guard(wire.acked(seq)),
    outputsAcked: () => guard(wire.outputsAcked()),
  };
}

/** What earlier runs waited for in races, by the ids of the pauses. */
export function recordedWaits(recorded: ReadonlyMap<string, string>): Map<string, string[]> {
  const waits = new Map<string, string[]>();
  for (const [key, output] of recorded) {
    if (!key.includes('~wait~')) continue;
    const { id, lane } = JSON.parse(output) as { id: string; lane: string };
    waits.set(id, [...(waits.get(id) ?? []), lane]);
  }
  return waits;
}
