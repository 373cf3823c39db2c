// Plays as results and as tasks of the protocol. The id of a task is the sid of its play, so a task outlives the session that made it.

import { timeFromPb, toHeroError } from '@hero-logic/platform';
import { type Play, PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { WaitUntil } from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import type { CallToolResult, Task } from '@modelcontextprotocol/sdk/types.js';
import type { McpClients } from './clients.ts';
import { questionInfo } from './questions.ts';

const WAIT_MS = 15_000n;
const POLL_MS = 1000;

const TASK_STATUS: Partial<Record<PlayStatus, Task['status']>> = {
  [PlayStatus.SUCCESS]: 'completed',
  [PlayStatus.FAILED]: 'failed',
  [PlayStatus.TIMED_OUT]: 'failed',
  [PlayStatus.CANCELLED]: 'cancelled',
};

export function isEnded(play: Play): boolean {
  return TASK_STATUS[play.status] !== undefined;
}

export function taskOf(play: Play): Task {
  const question = play.pendingResumes[0];
  const status = TASK_STATUS[play.status] ?? (question === undefined ? 'working' : 'input_required');
  const at = (time: Play['createdAt']) => new Date(timeFromPb(time) ?? 0).toISOString();
  const words = play.error?.message || (question === undefined ? '' : `asks: ${question.message || question.name}`);
  return {
    taskId: play.sid,
    status,
    ttl: null,
    createdAt: at(play.createdAt),
    lastUpdatedAt: at(play.completedAt ?? question?.askedAt ?? play.startedAt ?? play.createdAt),
    pollInterval: POLL_MS,
    ...(words === '' ? {} : { statusMessage: words }),
  };
}

/** Waits for its end or a question; `onWait` is called now and then. */
export async function settled(
  { plays }: McpClients,
  playSid: string,
  signal: AbortSignal,
  onWait: (play: Play) => Promise<void>,
): Promise<Play> {
  for (;;) {
    const play = await plays.waitPlay({ playSid, timeoutMs: WAIT_MS, until: WaitUntil.SETTLED }, { signal });
    if (isEnded(play) || play.pendingResumes.length > 0) return play;
    await onWait(play);
  }
}

/** Waits for its end. */
export async function ended({ plays }: McpClients, playSid: string, signal: AbortSignal): Promise<Play> {
  for (;;) {
    const play = await plays.waitPlay({ playSid, timeoutMs: WAIT_MS, until: WaitUntil.TERMINAL }, { signal });
    if (isEnded(play)) return play;
  }
}

/** How a play stands, as the result of a tool. */
export function resultOf(play: Play): CallToolResult {
  const _meta = { play_sid: play.sid };
  if (play.status === PlayStatus.SUCCESS) {
    const text = play.outputData || 'null';
    const output: unknown = JSON.parse(text);
    const isObject = typeof output === 'object' && output !== null && !Array.isArray(output);
    return {
      content: [{ type: 'text', text }],
      ...(isObject ? { structuredContent: output as Record<string, unknown> } : {}),
      _meta,
    };
  }
  if (isEnded(play)) {
    const { type = '', message = '' } = play.error ?? {};
    const why = [type, message].filter(Boolean).join(': ');
    return {
      isError: true,
      content: [{ type: 'text', text: `play ${play.sid} ended as ${TASK_STATUS[play.status]}${why && `: ${why}`}` }],
      _meta,
    };
  }
  return json(openPlay(play), _meta);
}

/** A play that waits or runs, and how to go on with it. */
function openPlay(play: Play): Record<string, unknown> {
  const status = PlayStatus[play.status].toLowerCase();
  if (play.pendingResumes.length === 0)
    return { play_sid: play.sid, status, next: 'hero_show_play tells how it goes on' };
  const questions = play.pendingResumes.map(questionInfo);
  return { play_sid: play.sid, status, questions, next: 'answer with hero_answer, then hero_show_play' };
}

export function json(value: Record<string, unknown>, _meta?: Record<string, unknown>): CallToolResult {
  return {
    content: [{ type: 'text', text: JSON.stringify(value) }],
    structuredContent: value,
    ...(_meta === undefined ? {} : { _meta }),
  };
}

/** A refusal that the model can read and mend. */
export function refused(error: unknown): CallToolResult {
  const { reason, message, violations } = toHeroError(error);
  const fields = violations.map(({ field, description }) => `${field} ${description}`);
  return { isError: true, content: [{ type: 'text', text: [`${reason}: ${message}`, ...fields].join('\n') }] };
}
