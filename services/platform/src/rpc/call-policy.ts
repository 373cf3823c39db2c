// How services call each other: every call has a deadline, one that failed on the way is tried again where that can do no harm, and a service
// that does not answer is left alone for a moment, so that its callers fail at once instead of queueing.
//
// - Tried again: what the proto calls free of side effects or idempotent; anything else only when its connection was refused, so that
//   nothing was sent. Retries of one service have a budget, a tenth of its calls: they do not multiply the load of an outage.
// - Left alone: after failures in a row to reach it. Errors that it answers with are answers, and count for nothing here.

import type { DescMethod } from '@bufbuild/protobuf';
import { MethodOptions_IdempotencyLevel as Level } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError, type Transport } from '@connectrpc/connect';
import {
  BrokenCircuitError,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
  retry,
  wrap,
} from 'cockatiel';
import { HeroError } from '../errors/hero-error.ts';

export interface CallPolicyOptions {
  readonly service: string;
  /** How long it is left alone. */
  readonly restMs?: number;
}

const DEADLINE_MS = 30_000;
/** They wait for something, for as long as their caller says, or until what they do is done. */
const WAITING = new Set([
  'AcquirePlays',
  'WaitPlay',
  'StartPlay',
  'DeleteWorkflow',
  'CancelLivePlays',
  'CheckReplay',
  'DryReplay',
  'PickVersion',
]);
const TRIES_MORE = 2;
const FAILURES_IN_A_ROW = 5;
const BUDGET = { most: 10, perCall: 0.1 } as const;

/** Wraps the unary calls of a transport to one service. */
export function withCallPolicy(transport: Transport, { service, restMs = 1000 }: CallPolicyOptions): Transport {
  let budget: number = BUDGET.most;
  const breaker = circuitBreaker(handleWhen(isAway), {
    halfOpenAfter: restMs,
    breaker: new ConsecutiveBreaker(FAILURES_IN_A_ROW),
  });
  const retrying = (isWorthIt: (error: unknown) => boolean) =>
    retry(
      handleWhen((error) => isWorthIt(error) && spend()),
      {
        maxAttempts: TRIES_MORE,
        backoff: new ExponentialBackoff({ initialDelay: 50, maxDelay: 1000 }),
      },
    );
  const anyFailure = wrap(retrying(isAway), breaker);
  const refusedOnly = wrap(retrying(isRefused), breaker);

  function spend(): boolean {
    if (budget < 1) return false;
    budget -= 1;
    return true;
  }

  const unary: Transport['unary'] = async (method, signal, timeoutMs, ...rest) => {
    budget = Math.min(BUDGET.most, budget + BUDGET.perCall);
    const deadline = timeoutMs ?? (WAITING.has(method.name) ? undefined : DEADLINE_MS);
    const policy = isRepeatable(method) ? anyFailure : refusedOnly;
    try {
      return await policy.execute(
        () => reached(service, signal, transport.unary(method, signal, deadline, ...rest)),
        signal,
      );
    } catch (error) {
      if (!(error instanceof BrokenCircuitError)) throw error;
      throw new HeroError('UNAVAILABLE', `the ${service} does not answer; it is asked again in a moment`, {
        cause: error,
      });
    }
  };
  return { unary, stream: transport.stream.bind(transport) };
}

function isRepeatable(method: DescMethod): boolean {
  return method.idempotency === Level.NO_SIDE_EFFECTS || method.idempotency === Level.IDEMPOTENT;
}

/** Codes of a call that was not answered: what our services answer carries its reason as a detail. */
const UNANSWERED = [Code.Unavailable, Code.Aborted, Code.Canceled, Code.Internal, Code.Unknown];

/** However a connection breaks, it is UNAVAILABLE; unless the caller has hung up. */
async function reached<T>(service: string, signal: AbortSignal | undefined, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof ConnectError) || error.details.length > 0 || signal?.aborted) throw error;
    if (error.code === Code.Unavailable || !UNANSWERED.includes(error.code)) throw error;
    const lost = new ConnectError(`the connection to the ${service} was lost: ${error.rawMessage}`, Code.Unavailable);
    lost.cause = error;
    throw lost;
  }
}

function isAway(error: unknown): boolean {
  return error instanceof ConnectError && error.code === Code.Unavailable && error.details.length === 0;
}

const NOT_SENT = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'];

function isRefused(error: unknown): boolean {
  return isAway(error) && NOT_SENT.includes(String((error as { cause?: { code?: unknown } }).cause?.code));
}
