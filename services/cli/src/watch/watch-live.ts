// Watching on a terminal: the tree is drawn as it grows, and open questions are asked where the cursor stands. While a question is
// asked nothing is drawn; a question that goes away meanwhile (answered elsewhere, expired, play ended) takes its prompt with it.

import type { ResumeRequest } from '@hero-logic/proto/herologic/scheduler/v1/resume_request_pb';
import type { Context } from '../core/context.ts';
import { failureLines, failureOf } from '../core/fail.ts';
import { isSettled } from '../core/words.ts';
import { askQuestion, questionLines } from '../question/ask-question.ts';
import { createPaint } from '../text/style.ts';
import { followPlay } from './follow-play.ts';
import { createLiveRegion } from './live-region.ts';
import { applyChange, createPlayView, type PlayView } from './play-view.ts';
import { viewLines } from './tree-lines.ts';

const FRAME_MS = 120;

/** Ends when the play has ended, waits for what nobody here will answer, or the person leaves ("left"). */
export async function watchLive(context: Context, playSid: string): Promise<'settled' | 'left'> {
  const { io, clock } = context;
  const view = createPlayView();
  const paint = createPaint(io.color);
  const region = createLiveRegion(io);
  const stop = new AbortController();
  const signal = AbortSignal.any([context.interrupted(), stop.signal]);
  const asker = createAsker(context, playSid, view);
  let lost = false;
  let left = false;
  let dirty = true;
  const draw = () => {
    if (asker.busy) return;
    const lines = viewLines(view, { columns: io.columns() - 1, height: io.rows() - 1, now: clock.now(), paint });
    if (lost) lines[lines.length - 1] = paint('warn', 'connection lost, trying again …');
    region.draw(lines);
    dirty = false;
  };
  const ask = async () => {
    if (asker.busy || !asker.next()) return;
    draw();
    region.keep();
    const outcome = await asker.ask(signal);
    if (outcome === 'interrupt') {
      left = true;
      stop.abort();
    }
    if (outcome === 'skipped' && view.play !== undefined && isSettled(view.play) && !asker.next()) stop.abort();
    dirty = true;
  };
  const frames = drawFrames({ draw, ask, isDirty: () => dirty || view.play === undefined || !isSettled(view.play) });
  const offResize = io.onResize(() => {
    dirty = true;
  });
  try {
    const changes = followPlay({ plays: context.clients.plays, playSid, clock, signal, onLost: () => (lost = true) });
    for await (const change of changes) {
      lost = false;
      applyChange(view, change);
      asker.changed();
      dirty = true;
    }
    asker.withdraw();
    await asker.idle();
    draw();
  } finally {
    frames.stop();
    offResize();
  }
  return left || context.interrupted().aborted ? 'left' : 'settled';
}

function drawFrames(options: { draw(): void; ask(): Promise<void>; isDirty(): boolean }): { stop(): void } {
  const timer = setInterval(() => {
    if (options.isDirty()) options.draw();
    void options.ask();
  }, FRAME_MS);
  return { stop: () => clearInterval(timer) };
}

interface Asker {
  readonly busy: boolean;
  next(): boolean;
  ask(signal: AbortSignal): Promise<'answered' | 'gone' | 'skipped' | 'interrupt'>;
  /** The play changed: the question under way may be open no more. */
  changed(): void;
  withdraw(): void;
  idle(): Promise<void>;
}

function createAsker(context: Context, playSid: string, view: PlayView): Asker {
  const { io } = context;
  const paint = createPaint(io.color);
  const done = new Set<string>();
  let current: { id: string; gone: AbortController; ended: Promise<unknown> } | undefined;
  const nextQuestion = () => view.play?.pendingResumes.find((r) => !done.has(r.id));

  async function ask(question: ResumeRequest, signal: AbortSignal) {
    done.add(question.id);
    io.out(`\n${questionLines(question, paint).join('\n')}\n`);
    for (;;) {
      const reply = await askQuestion({ io, question, paint, signal });
      if (reply.kind === 'gone') {
        io.out(`\n${paint('dim', 'This question is open no more.')}\n\n`);
        return 'gone' as const;
      }
      if (reply.kind !== 'payload') {
        io.out('\n');
        return reply.kind === 'interrupt' ? ('interrupt' as const) : ('skipped' as const);
      }
      const { payload } = reply;
      try {
        await context.clients.plays.resumePlay({
          playSid,
          resumeId: question.id,
          payloadJson: payload,
          resumedBy: 'cli',
        });
        io.out('\n');
        return 'answered' as const;
      } catch (error) {
        const failure = failureOf(error, context.server);
        for (const line of failureLines(failure)) io.out(`${paint('bad', line)}\n`);
        const again = failure.reason === 'INVALID_PAYLOAD' || failure.reason === 'INVALID_ARGUMENT';
        if (!again && failure.reason !== 'UNAVAILABLE') return 'gone' as const;
      }
    }
  }

  return {
    get busy() {
      return current !== undefined;
    },
    next: () => nextQuestion() !== undefined,
    async ask(signal) {
      const question = nextQuestion();
      if (question === undefined) return 'gone';
      const gone = new AbortController();
      const asked = ask(question, AbortSignal.any([signal, gone.signal]));
      current = { id: question.id, gone, ended: asked.catch(() => undefined) };
      try {
        return await asked;
      } finally {
        current = undefined;
      }
    },
    changed() {
      const open = view.play?.pendingResumes.some((r) => r.id === current?.id) ?? false;
      if (!open) current?.gone.abort();
    },
    withdraw: () => current?.gone.abort(),
    idle: async () => void (await current?.ended),
  };
}
