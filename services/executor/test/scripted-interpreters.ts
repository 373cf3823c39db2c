// Interpreters that a test plays itself: it reads what was staged, says lines, sees what it is told, and ends as it likes.

import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createTempDir } from '@hero-logic/platform/testing';
import type {
  Interpreter,
  InterpreterEnd,
  InterpreterJob,
  InterpreterPolicy,
  Interpreters,
} from '../src/interpreters/interpreter.ts';

export interface ScriptedPlay {
  readonly dir: string;
  readonly policy: InterpreterPolicy;
  readonly job: InterpreterJob;
  /** What the executor has sent: acks as { ack }. */
  readonly told: object[];
  readonly kills: ('TERM' | 'KILL')[];
  say(...events: object[]): void;
  /** Resolves once everything said is acknowledged. */
  acked(): Promise<void>;
  /** The next kill. */
  killed(): Promise<'TERM' | 'KILL'>;
  /** Closes its end of the wire, and is still there. */
  hangUp(): void;
  end(how: Partial<InterpreterEnd>): void;
}

export interface ScriptedInterpreters extends Interpreters {
  /** The next play that is started. */
  started(): Promise<ScriptedPlay>;
  /** Id of the next play that is given back. */
  released(): Promise<string>;
  /** How often a play was said to be near. */
  expected(): number;
  /** From now on `take` fails with this. */
  break(error: Error | undefined): void;
}

export function createScriptedInterpreters(): ScriptedInterpreters {
  const folder = createTempDir();
  const plays: ScriptedPlay[] = [];
  const waiting: ((play: ScriptedPlay) => void)[] = [];
  const released: string[] = [];
  let onReleased: () => void = () => {};
  let broken: Error | undefined;
  let expected = 0;
  let count = 0;

  function create(policy: InterpreterPolicy): Interpreter {
    const id = `i${++count}`;
    const dir = join(folder.path, id);
    mkdirSync(dir);
    const ended = Promise.withResolvers<InterpreterEnd>();
    const hungUp = Promise.withResolvers<{ output: string }>();
    void ended.promise.then(hungUp.resolve);
    const told: object[] = [];
    const kills: ('TERM' | 'KILL')[] = [];
    const listeners: (() => void)[] = [];
    const unheard: string[] = [];
    let onLines: (lines: string[]) => void = (lines) => void unheard.push(...lines);
    let seq = 0;
    const changed = () => {
      for (const listener of listeners.splice(0)) listener();
    };
    const change = () => new Promise<void>((resolve) => listeners.push(resolve));
    const play = (job: InterpreterJob): ScriptedPlay => ({
      dir,
      policy,
      job,
      told,
      kills,
      say: (...events) => onLines(events.map((event) => JSON.stringify({ seq: ++seq, ...event }))),
      async acked() {
        const last = seq;
        while (!told.some((line) => 'ack' in line && Number(line.ack) >= last)) await change();
      },
      async killed() {
        const before = kills.length;
        while (kills.length === before && before === 0) await change();
        return kills.at(-1) as 'TERM' | 'KILL';
      },
      hangUp: () => hungUp.resolve({ output: '' }),
      end: (how) => ended.resolve({ code: null, signal: null, cpuMs: 5, maxRssKb: 9000, output: '', ...how }),
    });
    async function begin({ staging, ...job }: InterpreterJob): Promise<void> {
      const staged = await staging?.catch(() => undefined);
      if (staging !== undefined && staged === undefined) return;
      const started = play({ ...job, env: { ...job.env, ...staged?.env } });
      const next = waiting.shift();
      if (next === undefined) plays.push(started);
      else next(started);
    }
    return {
      id,
      dir,
      tier: 'B',
      proxyToken: '',
      start: (job) => void begin(job),
      send: (line) => {
        told.push(line);
        changed();
      },
      ack: (n) => {
        told.push({ ack: n });
        changed();
      },
      onLines: (listener) => {
        onLines = (lines) => listener(lines);
        if (unheard.length > 0) listener(unheard.splice(0));
      },
      onLine: () => {},
      hungUp: hungUp.promise,
      ended: ended.promise,
      saidAll: () => hungUp.resolve({ output: '' }),
      kill(signal) {
        kills.push(signal);
        if (signal === 'KILL') ended.resolve({ code: null, signal: 9, cpuMs: 5, maxRssKb: 9000, output: '' });
        changed();
      },
      pause: () => {},
      resume: () => {},
    };
  }

  return {
    tier: 'B',
    missing: [],
    canHosts: false,
    expect() {
      expected += 1;
    },
    expected: () => expected,
    async released() {
      while (released.length === 0) {
        await new Promise<void>((resolve) => {
          onReleased = resolve;
        });
      }
      return released.shift() ?? '';
    },
    break: (error) => {
      broken = error;
    },
    async take(policy) {
      if (broken !== undefined) throw broken;
      return create(policy);
    },
    started: () => {
      const play = plays.shift();
      return play === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(play);
    },
    stats: () => ({ hot: 0, running: 0, forked: count }),
    async release(interpreter) {
      released.push(interpreter.id);
      onReleased();
      rmSync(interpreter.dir, { recursive: true });
    },
    async close() {
      folder.remove();
    },
  };
}
