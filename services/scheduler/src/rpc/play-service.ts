// PlayService: translates for everybody who starts, watches, waits for, answers and stops plays.

import { create } from '@bufbuild/protobuf';
import type { HandlerContext, ServiceImpl } from '@connectrpc/connect';
import {
  decodePageToken,
  encodePageToken,
  linkToPlay,
  pageSize,
  principalOf,
  timeFromPb,
  timeToPb,
  traceParent,
} from '@hero-logic/platform';
import type { Play as PbPlay } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import {
  type ListPlaysRequest,
  type ListPlaysResponse,
  ListPlaysResponseSchema,
  type PlayService,
  type StartPlayRequest,
  WaitUntil,
} from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import type { WriteRecord } from '../clients/records.ts';
import type { Spans } from '../clients/spans.ts';
import { cancelPlay } from '../domain/commands/cancel-play.ts';
import { checkReplay } from '../domain/commands/check-replay.ts';
import { claimResume, releaseResume } from '../domain/commands/claim-resume.ts';
import type { CommandDeps } from '../domain/commands/deps.ts';
import { cancelFamily } from '../domain/commands/families.ts';
import { forkPlay } from '../domain/commands/fork-play.ts';
import { holdPlay, unholdPlay } from '../domain/commands/hold-play.ts';
import { createLink } from '../domain/commands/hook/resume-link.ts';
import { importPlay } from '../domain/commands/import-play.ts';
import { resumePlay } from '../domain/commands/resume-play.ts';
import { PLAIN_START, type StartPlay, startPlay } from '../domain/commands/start-play.ts';
import type { TriggerDeps } from '../domain/commands/trigger/deps.ts';
import { playNotFound } from '../domain/errors.ts';
import { type PlayCondition, within } from '../domain/filter/condition.ts';
import { resolveFilter } from '../domain/filter/resolve-filter.ts';
import { terminate } from '../domain/hold.ts';
import { checkListedSids } from '../domain/listed-sids.ts';
import { spanFromPb } from './duration-codec.ts';
import { findingToPb, forkFromPb } from './fork-codec.ts';
import { playToPb, policyFromPb, statusFromPb } from './play-codec.ts';
import { playReply, playReplyWithSpans, waitForPlay } from './play-replies.ts';
import { recordedFromText } from './recorded-codec.ts';
import { sayingWhyGone } from './removed-plays.ts';
import { resumeToPb } from './resume-codec.ts';
import { watchPlay } from './watch-play.ts';

export interface PlayServiceOptions {
  readonly deps: TriggerDeps;
  readonly spans: Spans;
  readonly writeRecord: WriteRecord;
  /** Aborts when the service closes: waits and watches end then. */
  readonly closing: AbortSignal;
}

export function createPlayService({
  deps,
  spans,
  writeRecord,
  closing,
}: PlayServiceOptions): ServiceImpl<typeof PlayService> {
  const whileCalled = (context: HandlerContext) => AbortSignal.any([context.signal, closing]);

  async function start(request: StartPlayRequest, context: HandlerContext): Promise<PbPlay> {
    const play = await startPlay(deps, { ...startFromPb(request), ...startedBy(context) });
    linkToPlay(play.sid);
    const timeoutMs = Number(request.waitMs);
    if (timeoutMs === 0) return playReply(deps, play.sid);
    return waitForPlay(deps, { playSid: play.sid, until: 'settled', timeoutMs, abort: whileCalled(context) });
  }

  const service: ServiceImpl<typeof PlayService> = {
    startPlay: start,
    async runPlayAsync(request, context) {
      const play = await startPlay(deps, {
        ...PLAIN_START,
        workflowSid: request.workflowSid,
        inputData: request.inputData,
        parentSpanId: request.parentSpanId,
        versionSid: request.versionSid,
        prefillResumesJson: request.prefillResumesJson,
        traceParent: traceParent(),
        ...startedBy(context),
      });
      linkToPlay(play.sid);
      return { playSid: play.sid };
    },
    getPlay: ({ playSid, withSpans = true }, context) =>
      withSpans ? playReplyWithSpans(deps, spans, playSid, context.signal) : playReply(deps, playSid),
    waitPlay: ({ playSid, timeoutMs, until }, context) =>
      waitForPlay(deps, {
        playSid,
        until: until === WaitUntil.TERMINAL ? 'terminal' : 'settled',
        timeoutMs: Number(timeoutMs),
        abort: whileCalled(context),
      }),
    async cancelPlay({ playSid, reason }, context) {
      await cancelPlay(deps, playSid, reason, whileCalled(context));
      await cancelFamily(deps, playSid);
      return playReply(deps, playSid);
    },
    async resumePlay({ playSid, resumeId, payloadJson, resumedBy: claimed, versionSid }, { requestHeader }) {
      const resumedBy = principalOf(requestHeader).name || claimed;
      const answer = { playSid, resumeId, payload: payloadJson, resumedBy, versionSid };
      const { resumedAt, missing } = await resumePlay(deps, answer);
      return { ok: true, ...(resumedAt === undefined ? { missing } : { resumedAt: timeToPb(resumedAt) }) };
    },
    async claimResume({ playSid, resumeId, expiresIn, by }, { requestHeader }) {
      const claim = { playSid, resumeId, by: principalOf(requestHeader).name || by, forMs: spanFromPb(expiresIn) };
      return resumeToPb(await claimResume(deps, claim));
    },
    async releaseResume({ playSid, resumeId, by }, { requestHeader }) {
      return resumeToPb(await releaseResume(deps, { playSid, resumeId, by: principalOf(requestHeader).name || by }));
    },
    async forkPlay(request, { requestHeader }) {
      const by = principalOf(requestHeader).name;
      const { sid } = await forkPlay(deps, { ...forkFromPb(request), by });
      linkToPlay(sid);
      return playReply(deps, sid);
    },
    async importPlay({ workflowSid, versionSid, recordedJson }, { requestHeader }) {
      const { play: recorded, ...record } = recordedFromText(recordedJson);
      const { sid } = await importPlay(deps, {
        ...{ workflowSid, versionSid, recorded, by: principalOf(requestHeader).name },
        writeRecord: (playSid) => writeRecord({ ...record, playSid, versionSid: recorded.versionSid }),
      });
      return playReply(deps, sid);
    },
    async checkReplay({ playSid, versionSid }, context) {
      return findingToPb(await checkReplay(deps, playSid, versionSid, whileCalled(context)));
    },
    async pausePlay({ playSid, by, reason }, { requestHeader }) {
      await holdPlay(deps, { playSid, by: principalOf(requestHeader).name || by, reason });
      return playReply(deps, playSid);
    },
    async unpausePlay({ playSid }) {
      await unholdPlay(deps, playSid);
      return playReply(deps, playSid);
    },
    async terminatePlay({ playSid, reason }, context) {
      await cancelPlay(deps, playSid, reason, whileCalled(context), terminate);
      return playReply(deps, playSid);
    },
    async listPendingResumes({ playSid }) {
      if ((await deps.store.find(playSid)) === undefined) throw playNotFound(playSid);
      return { resumes: (await deps.store.listOpenQuestions(playSid)).map(resumeToPb) };
    },
    async createResumeUrl({ playSid, resumeId, expiresIn }) {
      const { token, expiresAt } = await createLink(deps, { playSid, resumeId }, spanFromPb(expiresIn));
      return { url: `${deps.config.publicUrl ?? ''}/resume/${token}`, expiresAt: timeToPb(expiresAt) };
    },
    listPlays: (request, { requestHeader }) => listPlays(deps, request, principalOf(requestHeader).namespace),
    watchPlay: ({ playSid, afterSeq, once }, context) =>
      watchPlay(deps, spans, { playSid, afterSeq, once, abort: whileCalled(context) }),
  };
  return sayingWhyGone(service, deps.removals);
}

/** Who a door took the caller for stands above what the request says. */
function startedBy({
  requestHeader,
}: HandlerContext): Pick<StartPlay, 'namespace'> & { readonly trigger?: string; readonly starter?: string } {
  const { name, namespace } = principalOf(requestHeader);
  return name === '' ? { namespace } : { namespace, trigger: name, starter: name };
}

function startFromPb(request: StartPlayRequest): StartPlay {
  return {
    ...PLAIN_START,
    workflowSid: request.workflow.case === 'workflowSid' ? request.workflow.value : '',
    workflowName: request.workflow.case === 'workflowName' ? request.workflow.value : '',
    inputData: request.inputData,
    name: request.name,
    versionSid: request.versionSid,
    exampleSid: request.exampleSid,
    prefillResumesJson: request.prefillResumesJson,
    idempotencyKey: request.idempotencyKey,
    tags: request.tags,
    trigger: request.trigger,
    concurrencyKey: request.concurrencyKey,
    concurrencyLimit: request.concurrencyLimit,
    onConflict: policyFromPb(request.onConflict),
    priority: request.priority,
    startAt: timeFromPb(request.startAt),
    weights: {
      cost: request.preferences?.costWeight ?? 0,
      speed: request.preferences?.speedWeight ?? 0,
      accuracy: request.preferences?.accuracyWeight ?? 0,
    },
    userRequest: request.userRequest,
    traceParent: traceParent(),
  };
}

async function listPlays(
  deps: CommandDeps,
  request: ListPlaysRequest,
  namespace: string | undefined,
): Promise<ListPlaysResponse> {
  const { clock, catalog, store } = deps;
  const now = clock.now();
  const [beforeSid = ''] = decodePageToken(request.pageToken) ?? [];
  const { found, next } = await store.list({
    conditions: [
      ...askedBy(request),
      // What a request names is in the namespace of its caller.
      ...(namesOne(request) ? [] : within(namespace)),
      ...(await resolveFilter(catalog, request.filter, { now, namespace })),
    ],
    beforeSid: String(beforeSid),
    limit: pageSize(request.pageSize, 50, 1000),
  });
  if (found.length === 0 && next === undefined && request.pageToken === '') await checkListedSids(deps, request);
  return create(ListPlaysResponseSchema, {
    plays: found.map(({ play, waitingFor }) => playToPb(play, waitingFor, now)),
    nextPageToken: next === undefined ? '' : encodePageToken([next]),
  });
}

function namesOne({ workflowSid, versionSid, parentPlaySid }: ListPlaysRequest): boolean {
  return [workflowSid, versionSid, parentPlaySid].some((sid) => sid !== '');
}

/** What a list is asked for beside its filter. */
function askedBy({ workflowSid, versionSid, parentPlaySid, status }: ListPlaysRequest): PlayCondition[] {
  const sids = { workflow: workflowSid, version: versionSid, parent: parentPlaySid };
  const kinds = ['workflow', 'version', 'parent'] as const;
  const statuses = status.map(statusFromPb).filter((s) => s !== undefined);
  return [
    ...kinds.filter((kind) => sids[kind] !== '').map((kind) => ({ kind, values: [sids[kind]] })),
    ...(statuses.length === 0 ? [] : [{ kind: 'status', values: statuses } as const]),
  ];
}
