/**
 * What was acknowledged to whom, and what must hold because of it. Every claim about the product that the simulation makes is
 * checked here, in `plays.ts` (after every commit) or in `final.ts` (when all is over).
 */

import type { Database } from '@hero-logic/platform';
import type { Proc } from '../virtual/loop.ts';
import { storedPauses, storedStep } from './stored.ts';

export interface Stored {
  readonly scheduler: Database;
  readonly executor: Database;
}

export interface Began {
  readonly playSid: string;
  readonly versionSid: string;
  readonly recorded: ReadonlyMap<string, string>;
}

export interface Ledger {
  /** Broken promises, in the order in which they were found. */
  readonly violations: string[];
  /** Acknowledged step outputs by `play step`. */
  readonly steps: ReadonlyMap<string, string>;
  /** Acknowledged plays by idempotency key. */
  readonly plays: ReadonlyMap<string, string>;
  /** Acknowledged answers by `play pause`. */
  readonly answers: ReadonlyMap<string, string>;
  /** Versions that somebody asked to move plays to, those that were acknowledged, and those that plays were seen on: `play version`. */
  readonly moves: Record<'asked' | 'acked' | 'seen', Set<string>>;
  /** Waits that take no answer any more, as acknowledged: by `play pause`, their state. */
  readonly gone: ReadonlyMap<string, string>;
  /** Triggers that were acknowledged, by sid: until when each was on for sure, and had the time to fire; 0 = not known. */
  readonly triggers: Map<string, number>;
  broken(what: string): void;
  /** A process runs the play from now on. */
  began(flow: Proc, run: Began): void;
  ended(flow: Proc): void;
  /** The body of a step runs. Gives a value that no other run gives, as JSON text. */
  worked(flow: Proc, stepKey: string): string;
  stepAcked(flow: Proc, stepKey: string, output: string): void;
  slept(flow: Proc, resumeId: string, ms: number): void;
  /** A race is decided: these waits are over. */
  withdrawn(flow: Proc, resumeIds: readonly string[]): void;
  /** A client was told: this is your play; your answer was taken. */
  playAcked(key: string, playSid: string): void;
  answerAcked(playSid: string, resumeId: string, payload: string): void;
  /** What a fork has taken over need not run again. */
  forkAcked(playSid: string): void;
}

export function createLedger(stored: Stored, now: () => number): Ledger {
  const violations: string[] = [];
  const running = new Map<Proc, string>();
  const steps = new Map<string, string>();
  const plays = new Map<string, string>();
  const answers = new Map<string, string>();
  const moves = { asked: new Set<string>(), acked: new Set<string>(), seen: new Set<string>() };
  const gone = new Map<string, string>();
  let works = 0;

  const broken = (what: string) => void violations.push(what);
  const playOf = (flow: Proc) => running.get(flow) ?? '';
  const isMoved = (playSid: string) => [...moves.seen].filter((move) => move.startsWith(`${playSid} `)).length > 1;

  function setOnce(facts: Map<string, string>, what: string, key: string, value: string): void {
    const before = facts.get(key);
    if (before === undefined) facts.set(key, value);
    else if (before !== value) broken(`${what} ${key} was acknowledged as ${before}, and then as ${value}`);
  }

  return {
    violations,
    steps,
    plays,
    answers,
    moves,
    gone,
    triggers: new Map(),
    broken,
    began(flow, { playSid, versionSid, recorded }) {
      for (const [other, sid] of running) {
        if (sid === playSid) broken(`play ${playSid} runs in ${other.name} and in ${flow.name}`);
      }
      running.set(flow, playSid);
      for (const key of recorded.keys()) {
        if (!key.startsWith(`${versionSid}|`)) broken(`play ${playSid} runs ${versionSid} and is given ${key}`);
      }
      for (const [key, output] of steps) {
        const [sid, stepKey = ''] = key.split(' ');
        if (sid !== playSid || !stepKey.startsWith(`${versionSid}|`)) continue;
        if (recorded.get(stepKey) !== output) {
          broken(`step ${key} was acknowledged, and is not what the next run is given: ${recorded.get(stepKey)}`);
        }
      }
    },
    ended: (flow) => void running.delete(flow),
    worked(flow, stepKey) {
      const key = `${playOf(flow)} ${stepKey}`;
      if (steps.has(key)) broken(`step ${key} was acknowledged and runs again`);
      return JSON.stringify(`work ${++works}`);
    },
    stepAcked(flow, stepKey, output) {
      if (!flow.alive) return;
      const playSid = playOf(flow);
      const found = storedStep(stored.executor, playSid, stepKey);
      if (found !== output) broken(`step ${playSid} ${stepKey} is acknowledged as ${output}, stored is ${found}`);
      setOnce(steps, 'step', `${playSid} ${stepKey}`, output);
    },
    slept(flow, resumeId, ms) {
      const playSid = playOf(flow);
      const timer = stored.scheduler.get<{ asked: number; ms: number }>(TIMER, playSid, resumeId);
      if (timer === undefined) return;
      // A version of the flow that asked for another time before keeps its answer.
      const dueAt = timer.asked + (isMoved(playSid) ? timer.ms : ms);
      if (now() < dueAt) broken(`timer ${playSid} ${resumeId} woke up ${dueAt - now()} ms too early`);
    },
    withdrawn(flow, resumeIds) {
      const playSid = playOf(flow);
      const states = new Map(storedPauses(stored.scheduler, playSid).map(({ id, state }) => [id, state]));
      for (const id of resumeIds) {
        const state = states.get(id);
        if (state === 'open') broken(`pause ${playSid} ${id} lost its race and still takes an answer`);
        if (state !== undefined) gone.set(`${playSid} ${id}`, state);
      }
    },
    playAcked: (key, playSid) => setOnce(plays, 'play', key, playSid),
    answerAcked: (playSid, resumeId, payload) => setOnce(answers, 'answer', `${playSid} ${resumeId}`, payload),
    forkAcked(playSid) {
      const rows = stored.executor.all<{ step_key: string; output: string }>(COPIED, playSid);
      for (const row of rows) setOnce(steps, 'step', `${playSid} ${row.step_key}`, row.output);
    },
  };
}

const TIMER =
  "SELECT doc ->> 'askedAt' AS asked, doc ->> 'timeoutMs' AS ms FROM play_pauses WHERE play_sid = ? AND id = ?";
const COPIED = 'SELECT step_key, output FROM step_outputs WHERE play_sid = ?';
