// play export SID: a play as a file that the Python test helpers replay against another source or SDK (docs/recorded-plays.md).

import { writeFileSync } from 'node:fs';
import { timeFromPb } from '@hero-logic/platform/client';
import type { Span } from '@hero-logic/proto/herologic/executor/v1/span_pb';
import type { RecordedStep } from '@hero-logic/proto/herologic/executor/v1/span_service_pb';
import { type Play, PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import type { Clients } from '../core/clients.ts';
import type { Context } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
import { UsageError } from '../core/usage-error.ts';
import { playStatusWord, spanKindWord, spanStatusWord } from '../core/words.ts';
import { FORMAT, type RecordedPlay, sha256, VERSION } from '../export/recorded-play.ts';

const PAGE_SIZE = 1000;

export interface PlayExportArgs {
  readonly playSid: string;
  readonly out?: string;
  /** A page for people instead, without secrets. */
  readonly html?: string;
  /** With html: further names whose values are taken out. */
  readonly redact?: readonly string[];
}

export async function playExport(context: Context, args: PlayExportArgs): Promise<ExitCode> {
  const { io, clients } = context;
  const play = await clients.plays.getPlay({ playSid: args.playSid });
  mustBeWhole(play);
  const isPage = args.html !== undefined;
  if (args.redact !== undefined && !isPage) throw new UsageError('--redact goes with --html');
  const spans = await allSpans(clients, play.sid, !isPage);
  const recorded = await recordedPlay(context, play, spans);
  if (isPage) return exportPage(context, args, { play, spans, recorded });
  const text = textOf(recorded);
  if (args.out === undefined || args.out === '-') io.out(text);
  else {
    write(args.out, text);
    io.err(`${args.out}: ${recorded.steps.length} steps, ${play.receivedResumes.length} answers\n`);
  }
  return EXIT.ok;
}

async function exportPage(
  { io }: Context,
  { html = '', redact = [] }: PlayExportArgs,
  { play, spans, recorded }: { readonly play: Play; readonly spans: readonly Span[]; readonly recorded: RecordedPlay },
): Promise<ExitCode> {
  const { playPage, redactRecorded, rulesOf } = await import('../export/index.ts');
  const rules = rulesOf(redact);
  const clean = redactRecorded(recorded, rules);
  const page = playPage({ play, spans, source: clean.source, recorded: textOf(clean), rules });
  if (html === '-') io.out(page);
  else {
    write(html, page);
    io.err(`${html}: ${spans.length} spans; look through it before you share it\n`);
  }
  return EXIT.ok;
}

async function recordedPlay({ clients, clock }: Context, play: Play, spans: readonly Span[]): Promise<RecordedPlay> {
  const steps = await allSteps(clients, play.sid);
  const version = await clients.workflows.getVersion({ versionSid: play.workflowVersionSid });
  return {
    format: FORMAT,
    version: VERSION,
    workflow: version.entry || play.workflowName,
    version_sid: play.workflowVersionSid,
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
  };
}

function textOf(recorded: RecordedPlay): string {
  return `${JSON.stringify(recorded, null, 1)}\n`;
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

async function allSpans({ spans }: Clients, playSid: string, skeleton: boolean): Promise<Span[]> {
  const found = new Map<string, Span>();
  let afterSeq = 0n;
  for (;;) {
    const page = await spans.listSpans({ playSid, afterSeq, pageSize: PAGE_SIZE, skeleton });
    for (const span of page.spans) found.set(span.spanId, span);
    if (page.spans.length === 0) return [...found.values()];
    afterSeq = page.nextSeq;
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

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new UsageError(`${file} cannot be written: ${(error as NodeJS.ErrnoException).code ?? error}`);
  }
}
