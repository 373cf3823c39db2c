// Reads a play from the server as a recorded play: all that a replay, the viewer and an import need.

import { toJson } from '@bufbuild/protobuf';
import { timeFromPb } from '@hero-logic/platform/client';
import { type LogLine, LogLineSchema, type Span, SpanSchema } from '@hero-logic/proto/herologic/executor/v1/span_pb';
import type { RecordedStep } from '@hero-logic/proto/herologic/executor/v1/span_service_pb';
import { type Play, PlaySchema, PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import type { Clients } from '../core/clients.ts';
import type { Context } from '../core/context.ts';
import { UsageError } from '../core/usage-error.ts';
import { playStatusWord, spanKindWord, spanStatusWord } from '../core/words.ts';
import { FORMAT, type RecordedPlay, sha256, VERSION } from './recorded-play.ts';

const PAGE_SIZE = 1000;
const MOST_LINES = 5000;
const MOST_IN_ORDER = 5000;

export async function recordPlay(context: Context, playSid: string): Promise<RecordedPlay> {
  const { clients, clock } = context;
  const play = await clients.plays.getPlay({ playSid });
  mustBeWhole(play);
  const spans = await allSpans(clients, play.sid);
  const steps = await allSteps(clients, play.sid);
  const version = await clients.workflows.getVersion({ versionSid: play.workflowVersionSid });
  return {
    format: FORMAT,
    version: VERSION,
    workflow: version.entry || play.workflowName,
    // The identities of its steps follow from the version that it ran on, wherever that was.
    version_sid: play.importedFrom?.versionSid || play.workflowVersionSid,
    parent_span: play.parentSpanId,
    source: version.pythonSource,
    source_sha256: sha256(version.pythonSource),
    input: play.inputData || '{}',
    steps: steps.map((step) => ({
      step_key: step.stepKey,
      span_id: step.spanId,
      name: step.name,
      output: step.output,
      within: step.within,
    })),
    answers: answersOf(play),
    open_pauses: play.waitingFor.map((wait) => wait.id),
    status: playStatusWord(play.status),
    output: play.status === PlayStatus.SUCCESS ? play.outputData : null,
    error: play.error === undefined ? null : { type: play.error.type, message: play.error.message },
    spans: spans.map(spanSkeleton),
    library: await usedVersions(clients, steps),
    at_ms: timeFromPb(play.completedAt) ?? clock.now(),
    view: {
      play: toJson(PlaySchema, play),
      // Their lines stand below, each once and all of them.
      spans: spans.map((span) => toJson(SpanSchema, { ...span, logs: [] })),
      logs: (await allLogs(clients, play.sid)).map((line) => toJson(LogLineSchema, line)),
    },
  };
}

/** A file that lacks something would be refused by every replay, without saying why. */
function mustBeWhole(play: Play): void {
  if (play.status === PlayStatus.PENDING || play.status === PlayStatus.RUNNING) {
    throw new UsageError(`the play is ${playStatusWord(play.status)}; export it once it waits or has ended`);
  }
  if (play.receivedResumesOmitted > 0n) {
    const shown = play.receivedResumes.length;
    throw new UsageError(`the play has more answers than the ${shown} that a server gives; it cannot be exported`);
  }
}

function answersOf(play: Play): RecordedPlay['answers'] {
  return play.receivedResumes.map(({ id, name, payload, resumedBy }) =>
    resumedBy === 'expired' && payload === '' ? { id, name, expired: true } : { id, name, payload },
  );
}

async function allSteps({ spans }: Clients, playSid: string): Promise<RecordedStep[]> {
  const steps: RecordedStep[] = [];
  let after = 0n;
  do {
    const page = await spans.listSteps({ playSid, after, pageSize: PAGE_SIZE });
    steps.push(...page.steps);
    after = page.next;
  } while (after > 0n);
  return steps;
}

/** By first appearance, as far as a server says it, the others by their last change. */
async function allSpans({ spans }: Clients, playSid: string): Promise<Span[]> {
  const found = new Map<string, Span>();
  let afterSeq = 0n;
  for (;;) {
    const page = await spans.listSpans({ playSid, afterSeq, pageSize: PAGE_SIZE });
    for (const span of page.spans) found.set(span.spanId, span);
    if (page.spans.length === 0) break;
    afterSeq = page.nextSeq;
  }
  const skeleton = await spans.getSkeleton({ playSid, limit: MOST_IN_ORDER });
  const first = skeleton.spans.flatMap(({ spanId }) => found.get(spanId) ?? []);
  return [...new Set([...first, ...found.values()])];
}

async function allLogs({ spans }: Clients, playSid: string): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  for (;;) {
    const afterSeq = lines.at(-1)?.seq ?? 0n;
    const page = await spans.listLogs({ playSid, afterSeq, pageSize: MOST_LINES });
    if (page.logs.length === 0) return lines;
    lines.push(...page.logs);
  }
}

function spanSkeleton(span: Span): object {
  return {
    span_id: span.spanId,
    parent_id: span.parentId,
    name: span.name,
    kind: spanKindWord(span.kind),
    status: spanStatusWord(span.status),
    attempt: span.attempt,
  };
}

/** The library flows that the play runs in its own process, in the version that it met first. */
async function usedVersions({ workflows }: Clients, steps: readonly RecordedStep[]): Promise<RecordedPlay['library']> {
  const used = new Map<string, { workflow_sid: string; name: string; version_sid: string; number: number }>();
  for (const step of steps.filter(({ name }) => name === 'flow.invoke')) {
    const version = JSON.parse(step.output);
    used.set(version.version_sid, version);
  }
  return Promise.all(
    [...used.values()].map(async (version) => {
      const { pythonSource } = await workflows.getVersion({ versionSid: version.version_sid });
      return { ...version, source: pythonSource };
    }),
  );
}
