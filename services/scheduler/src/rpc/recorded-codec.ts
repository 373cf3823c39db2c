// A recorded play (docs/recorded-plays.md) as it comes in a file, which anybody may have written: what does not fit is named.

import { type DescMessage, fromJson, type JsonValue, type MessageShape } from '@bufbuild/protobuf';
import { documentProblem, HeroError, invalid, timeFromPb } from '@hero-logic/platform';
import { LogLineSchema, SpanSchema, SpanStatus } from '@hero-logic/proto/herologic/executor/v1/span_pb';
import { type RecordedStep, RecordedStepSchema } from '@hero-logic/proto/herologic/executor/v1/span_service_pb';
import { type Play as PbPlay, PlaySchema } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import type { RecordedPlay } from '../domain/imported.ts';
import { isTerminal } from '../domain/play.ts';
import { BENCHMARK_HELPER, BENCHMARK_LABEL } from '../domain/removal/removal-store.ts';
import { statusFromPb } from './play-codec.ts';
import { answerFromPb } from './resume-codec.ts';

const FORMAT = 'hero-logic recorded play';
const VERSION = 1;
const SID = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/;
const SPAN_ID = /^[0-9a-f]{16}$/;

export interface ImportedFile {
  readonly play: RecordedPlay;
  readonly spans: MessageShape<typeof SpanSchema>[];
  readonly logs: MessageShape<typeof LogLineSchema>[];
  readonly steps: RecordedStep[];
}

interface File {
  readonly format?: unknown;
  readonly version?: unknown;
  readonly steps?: unknown;
  readonly view?: { readonly play?: JsonValue; readonly spans?: unknown; readonly logs?: unknown };
}

/** INVALID_ARGUMENT naming the member of `recorded_json`; PLAY_NOT_ENDED. */
export function recordedFromText(text: string): ImportedFile {
  const file = parsed(text);
  if (file.format !== FORMAT) throw wrong('format', `must be "${FORMAT}": "play export" writes such files`);
  if (file.version !== VERSION) throw wrong('version', `must be ${VERSION}`);
  if (file.view === undefined)
    throw wrong('view', 'is missing: only a file that "play export" wrote of a real play has it');
  const play = read(PlaySchema, file.view.play ?? {}, 'view.play');
  const spans = list(file.view.spans, 'view.spans').map((one, i) => read(SpanSchema, one, `view.spans[${i}]`));
  const logs = list(file.view.logs, 'view.logs').map((one, i) => read(LogLineSchema, one, `view.logs[${i}]`));
  const steps = list(file.steps, 'steps').map((one, i) => read(RecordedStepSchema, one, `steps[${i}]`));
  const known = new Set(spans.map(({ spanId }) => spanId));
  // The root of a play that another one started stands below the span that did so.
  const above = ['', play.parentSpanId];
  spans.forEach((span, i) => {
    if (!SPAN_ID.test(span.spanId)) throw wrong(`view.spans[${i}].spanId`, 'must be 16 hex digits');
    if (!above.includes(span.parentId) && !known.has(span.parentId))
      throw wrong(`view.spans[${i}].parentId`, 'names no span of the file');
    if (span.status === SpanStatus.UNSPECIFIED) throw wrong(`view.spans[${i}].status`, 'is missing');
  });
  if (known.size < spans.length) throw wrong('view.spans', 'holds a span twice');
  steps.forEach(({ stepKey, output }, i) => {
    if (stepKey === '' || stepKey.length > 200) throw wrong(`steps[${i}].step_key`, 'must have 1 to 200 characters');
    const problem = documentProblem(output);
    if (problem !== undefined) throw wrong(`steps[${i}].output`, problem);
  });
  return { play: playFromFile(play, spans.length), spans, logs, steps };
}

function playFromFile(pb: PbPlay, spanCount: number): RecordedPlay {
  const status = statusFromPb(pb.status);
  if (status === undefined) throw wrong('view.play.status', 'is missing');
  if (!isTerminal(status)) {
    throw new HeroError(
      'PLAY_NOT_ENDED',
      `the play in the file had not ended (${status}): export it again once it has`,
    );
  }
  if (!SID.test(pb.sid)) throw wrong('view.play.sid', 'must be the sid of a play');
  const createdAt = timeFromPb(pb.createdAt);
  const completedAt = timeFromPb(pb.completedAt);
  if (createdAt === undefined) throw wrong('view.play.createdAt', 'is missing');
  if (completedAt === undefined) throw wrong('view.play.completedAt', 'is missing');
  for (const member of ['inputData', 'outputData'] as const) {
    const problem = pb[member] === '' ? undefined : documentProblem(pb[member]);
    if (problem !== undefined) throw wrong(`view.play.${member}`, problem);
  }
  if (pb.receivedResumesOmitted > 0n)
    throw wrong('view.play.receivedResumesOmitted', 'answers are missing in the file');
  const { sid, name, parentSpanId, attempt, prefillOnly, priority, warnings, sandboxTier, inputData, outputData } = pb;
  // Its benchmark is not here, and would keep it for ever.
  const { [BENCHMARK_LABEL]: _, [BENCHMARK_HELPER]: __, ...tags } = pb.tags;
  const error = pb.error && { type: pb.error.type, message: pb.error.message, traceback: pb.error.traceback };
  return {
    ...{
      sid,
      name,
      parentSpanId,
      status,
      attempt,
      prefillOnly,
      priority,
      tags,
      warnings,
      sandboxTier,
      inputData,
      outputData,
      spanCount,
    },
    ...{
      versionSid: pb.importedFrom?.versionSid || pb.workflowVersionSid,
      createdAt,
      startedAt: timeFromPb(pb.startedAt),
      completedAt,
    },
    ...{ durationMs: Number(pb.durationMs), waitingMs: Number(pb.waitingMs), error },
    ...(pb.totalCostUsd === undefined ? {} : { totalCostUsd: pb.totalCostUsd }),
    ...(pb.tokensPrompt === undefined ? {} : { tokensPrompt: Number(pb.tokensPrompt) }),
    ...(pb.tokensCompletion === undefined ? {} : { tokensCompletion: Number(pb.tokensCompletion) }),
    ...(pb.versionChoice === '' ? {} : { versionChoice: pb.versionChoice }),
    answers: pb.receivedResumes.map(answerFromPb),
  };
}

function parsed(text: string): File {
  try {
    const found: unknown = JSON.parse(text);
    if (typeof found === 'object' && found !== null && !Array.isArray(found)) return found as File;
  } catch (error) {
    throw invalid([{ field: 'recorded_json', description: `is no JSON: ${(error as Error).message}` }]);
  }
  throw invalid([{ field: 'recorded_json', description: 'must be an object' }]);
}

function list(value: unknown, name: string): JsonValue[] {
  if (!Array.isArray(value)) throw wrong(name, 'must be a list');
  return value;
}

function read<T extends DescMessage>(schema: T, value: JsonValue, name: string): MessageShape<T> {
  try {
    return fromJson(schema, value, { ignoreUnknownFields: true });
  } catch (error) {
    throw wrong(name, (error as Error).message);
  }
}

function wrong(member: string, description: string): HeroError {
  return invalid([{ field: `recorded_json.${member}`, description }]);
}
