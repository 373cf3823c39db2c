// What a run says to the scheduler under its lease: pauses as they are met, and how it ended.

import type { MessageInitShape } from '@bufbuild/protobuf';
import { durationFromMs } from '@bufbuild/protobuf/wkt';
import { createClient, type Transport } from '@connectrpc/connect';
import { type Clock, isHeroError, type Log, type Reason, toHeroError } from '@hero-logic/platform';
import {
  LeaseService,
  type RecordPauseResponse,
  RunOutcome,
  type SpawnSchema,
} from '@hero-logic/proto/herologic/scheduler/v1/lease_service_pb';
import { WaitKind } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import type { AnswerRulesSchema } from '@hero-logic/proto/herologic/scheduler/v1/resume_request_pb';
import type { Decision, Outcome } from '../domain/outcome.ts';
import type { PauseEvent, PauseRules, SpawnRequest } from '../domain/play-event.ts';
import type { Usage } from '../domain/usage.ts';
import type { PauseReply } from '../ingest/play-feed.ts';
import type { Claim } from './claim.ts';
import { withRetry } from './retry.ts';

export interface RunReport {
  readonly decision: Decision;
  readonly durationMs: number;
  readonly spanCount: number;
  readonly warnings: readonly string[];
  readonly tier: string;
  readonly usage: Usage;
}

export interface RecordedPause {
  readonly reply: PauseReply;
  /** The play that the pause has started; empty = none. */
  readonly childPlaySid: string;
}

export interface LeaseClient {
  /** The answer, when there is one already; 'lost' when the play is not ours any more. */
  recordPause(claim: Claim, pause: PauseEvent, abort: AbortSignal): Promise<RecordedPause | 'lost'>;
  /** Resolves once the pauses take no answers any more; 'lost' when the play is not ours any more. */
  withdrawPauses(claim: Claim, resumeIds: readonly string[], abort: AbortSignal): Promise<'done' | 'lost'>;
  /** Whether the scheduler took it; false when the lease was lost. Rejects when it could not be reached for long. */
  report(claim: Claim, report: RunReport, abort: AbortSignal): Promise<boolean>;
}

const TRY_PAUSE_MS = 10 * 60_000;
const TRY_REPORT_MS = 60_000;
const MAX_WARNINGS = 100;

/** The report itself is at fault: only another one can end the play. */
const REFUSALS: readonly Reason[] = ['INVALID_ARGUMENT', 'INVALID_JSON', 'TOO_LARGE'];

const WAIT_KINDS: Record<PauseEvent['kind'], WaitKind> = {
  answer: WaitKind.ANSWER,
  timer: WaitKind.TIMER,
  child: WaitKind.CHILD,
};

function spawnToPb({ workflow, input, ...spawn }: SpawnRequest): MessageInitShape<typeof SpawnSchema> {
  return { ...spawn, workflowName: workflow, inputData: input };
}

function replyOf({ refused, answer }: RecordPauseResponse): PauseReply {
  if (refused !== '') return { error: refused };
  if (answer === undefined) return undefined;
  return answer.expired ? { expired: true } : { payload: answer.payload };
}

const OUTCOMES: Record<Outcome, RunOutcome> = {
  success: RunOutcome.SUCCESS,
  failed: RunOutcome.FAILED,
  timed_out: RunOutcome.TIMED_OUT,
  cancelled: RunOutcome.CANCELLED,
  awaiting_resume: RunOutcome.AWAITING_RESUME,
  released: RunOutcome.RELEASED,
};

function rulesToPb({ escalateAfterMs, ...rules }: PauseRules): MessageInitShape<typeof AnswerRulesSchema> {
  const { assignees, groups, quorum, noSelfApproval, escalateTo } = rules;
  const after = escalateAfterMs === undefined ? {} : { escalateAfter: durationFromMs(escalateAfterMs) };
  return {
    assignees: [...assignees],
    groups: [...groups],
    quorum,
    noSelfApproval,
    escalateTo: [...escalateTo],
    ...after,
  };
}

export function createLeaseClient(options: {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly log: Log;
}): LeaseClient {
  const { clock, log } = options;
  const client = createClient(LeaseService, options.transport);
  const leaseOf = (claim: Claim) => ({ playSid: claim.playSid, leaseToken: claim.leaseToken });

  async function send(claim: Claim, report: RunReport, abort: AbortSignal): Promise<void> {
    const { decision, usage } = report;
    const request = {
      lease: leaseOf(claim),
      outcome: OUTCOMES[decision.outcome],
      outputData: decision.output ?? '',
      durationMs: BigInt(Math.max(0, Math.round(report.durationMs))),
      spanCount: BigInt(report.spanCount),
      warnings: report.warnings.slice(0, MAX_WARNINGS),
      sandboxTier: report.tier,
      ...(decision.error === undefined ? {} : { error: decision.error }),
      ...(usage.costUsd === undefined ? {} : { totalCostUsd: usage.costUsd }),
      ...(usage.tokensPrompt === undefined ? {} : { tokensPrompt: BigInt(usage.tokensPrompt) }),
      ...(usage.tokensCompletion === undefined ? {} : { tokensCompletion: BigInt(usage.tokensCompletion) }),
    };
    await withRetry({ clock, withinMs: TRY_REPORT_MS, abort }, () => client.reportPlay(request));
  }

  return {
    async recordPause(claim, pause, abort) {
      const request = {
        lease: leaseOf(claim),
        resumeId: pause.resumeId,
        name: pause.name,
        kind: WAIT_KINDS[pause.kind],
        spanId: pause.spanId,
        schema: pause.schema,
        ui: pause.ui,
        message: pause.message,
        hasDefault: pause.hasDefault,
        defaultPayload: pause.defaultPayload,
        ...(pause.timeoutMs === undefined ? {} : { timeoutMs: BigInt(pause.timeoutMs) }),
        ...(pause.spawn === undefined ? {} : { spawn: spawnToPb(pause.spawn) }),
        ...(pause.rules === undefined ? {} : { rules: rulesToPb(pause.rules) }),
      };
      try {
        const reply = await withRetry({ clock, withinMs: TRY_PAUSE_MS, abort }, () => client.recordPause(request));
        return { reply: replyOf(reply), childPlaySid: reply.childPlaySid };
      } catch (error) {
        if (isHeroError(error, 'LEASE_LOST')) return 'lost';
        // A schema that is none, a text that is too long: the play fails with what is wrong.
        return { reply: { error: toHeroError(error).message }, childPlaySid: '' };
      }
    },
    async withdrawPauses(claim, resumeIds, abort) {
      const request = { lease: leaseOf(claim), resumeIds: [...resumeIds] };
      try {
        await withRetry({ clock, withinMs: TRY_PAUSE_MS, abort }, () => client.withdrawPauses(request));
        return 'done';
      } catch (error) {
        if (isHeroError(error, 'LEASE_LOST')) return 'lost';
        throw error;
      }
    },
    async report(claim, report, abort) {
      try {
        await send(claim, report, abort);
        return true;
      } catch (error) {
        const { reason, message: problem } = toHeroError(error);
        if (reason === 'LEASE_LOST' || reason === 'PLAY_NOT_FOUND') return false;
        if (!REFUSALS.includes(reason)) throw error;
        log.error(
          { err: error, play_sid: claim.playSid },
          'the scheduler refused a report; the play is failed instead',
        );
        const message = `its end could not be recorded: ${problem}`;
        const decision = { outcome: 'failed', error: { type: 'ReportRefused', message, traceback: '' } } as const;
        await send(claim, { ...report, decision }, abort);
        return true;
      }
    },
  };
}
