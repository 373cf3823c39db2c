// Reads Python sources through a helper process that is started on first use and replaced whenever it is gone.
//
// A source that kills the helper is given a second one, so that an accident of the first is not blamed on it; if that dies too, or a
// source takes longer than the deadline, the source is refused. The time that an interpreter takes to start counts for no source: a helper
// gets one once it has answered. Requests wait for each other in the order of their calls.

import { existsSync } from 'node:fs';
import { HeroError, type Log } from '@hero-logic/platform';
import { type Inspection, invalidSource, type SourceInspector } from '../domain/inspection.ts';
import { type HelperAnswer, inspectionFrom } from './helper-answer.ts';
import { type PythonProcess, startPythonProcess } from './python-process.ts';

const DEADLINE_MS = 5000;
const START_MS = 60_000;
const TRIES = 2;
const START = { line: 1, column: 1 };

export interface InspectorOptions {
  /** Path of an interpreter, 3.10 or newer; empty = the system's, else the `python3` of the PATH. */
  readonly python: string;
  readonly log: Log;
  readonly deadlineMs?: number;
  /** How long an interpreter may take to start. */
  readonly startMs?: number;
}

export function createPythonInspector(options: InspectorOptions): SourceInspector {
  const { deadlineMs = DEADLINE_MS, startMs = START_MS } = options;
  let helper: PythonProcess | undefined;
  let queue: Promise<unknown> = Promise.resolve();
  let closed = false;
  let lastId = 0;

  async function inspectNow(source: string, name: string): Promise<Inspection> {
    for (let tries = 1; tries <= TRIES; tries++) {
      if (closed) throw new HeroError('UNAVAILABLE', 'the registry is stopping');
      const isNew = helper === undefined || !helper.isAlive();
      if (isNew) helper = startPythonProcess(interpreter(options.python));
      const started = isNew ? await ask('', '', startMs) : undefined;
      const isUp = started === undefined || started.kind === 'line';
      const answer = isUp ? await ask(name, source, deadlineMs) : started;
      if (answer.kind === 'line') return understand(answer.line);
      if (closed) throw new HeroError('UNAVAILABLE', 'the registry is stopping');
      if (answer.kind === 'not-started') throw noPython(answer.problem);
      if (answer.kind === 'late' && !isUp) throw noPython(`it did not answer within ${startMs / 1000} s`);
      if (answer.kind === 'late') throw invalidSource(`reading it took longer than ${deadlineMs / 1000} s`, START);
      options.log.warn({ said: answer.said, tries }, 'the process that reads sources died');
      if (/^(Traceback|SyntaxError|.*Error: )/m.test(answer.said) && !/MemoryError/.test(answer.said)) {
        throw noPython(answer.said);
      }
    }
    throw invalidSource("it breaks Python's parser; it nests too deeply, or is too large", START);
  }

  function ask(name: string, source: string, withinMs: number) {
    lastId += 1;
    return (helper as PythonProcess).ask(JSON.stringify({ id: lastId, name, source }), withinMs);
  }

  function understand(line: string): Inspection {
    const answer = JSON.parse(line) as HelperAnswer;
    if (answer.last === true) helper?.kill();
    if (answer.id !== lastId) {
      helper?.kill();
      throw new HeroError('INTERNAL', 'the process that reads sources answered another request');
    }
    if (answer.error !== undefined) throw invalidSource(answer.error.message, answer.error);
    if (answer.ok === undefined) throw new HeroError('INTERNAL', 'the process that reads sources gave no answer');
    return inspectionFrom(answer.ok);
  }

  return {
    inspect(source, name) {
      const turn = queue.then(() => inspectNow(source, name));
      queue = turn.catch(() => undefined);
      return turn;
    },
    async close() {
      closed = true;
      helper?.kill();
      await queue;
    },
  };
}

function interpreter(configured: string): string {
  if (configured !== '') return configured;
  // Before the PATH, where `python3` may be a version manager's shim that costs 100 ms a start.
  return existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';
}

function noPython(problem: string): HeroError {
  return new HeroError('UNAVAILABLE', 'no Python 3.10 or newer can be run to read the source; see the log', {
    cause: new Error(problem),
  });
}
