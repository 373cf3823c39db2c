// The closed list of reasons. Every failure that leaves a service carries one of them: in Connect and gRPC as the reason of
// google.rpc.ErrorInfo, in JSON-RPC as error.data.reason, and in the CLI and the logs. docs/errors.md explains each; a test keeps them equal.

import { Code } from '@connectrpc/connect';

export const REASONS = {
  INVALID_ARGUMENT: Code.InvalidArgument,
  INVALID_SOURCE: Code.InvalidArgument,
  INVALID_INPUT: Code.InvalidArgument,
  INVALID_PAYLOAD: Code.InvalidArgument,
  INVALID_JSON: Code.InvalidArgument,
  INVALID_EVENT: Code.InvalidArgument,
  HOOK_MAPPING: Code.InvalidArgument,
  HOOK_UNSIGNED: Code.Unauthenticated,
  WORKFLOW_NOT_FOUND: Code.NotFound,
  VERSION_NOT_FOUND: Code.NotFound,
  EXAMPLE_NOT_FOUND: Code.NotFound,
  PLAY_NOT_FOUND: Code.NotFound,
  PLAY_REMOVED: Code.NotFound,
  BULK_JOB_NOT_FOUND: Code.NotFound,
  ERROR_GROUP_NOT_FOUND: Code.NotFound,
  RESUME_NOT_FOUND: Code.NotFound,
  SPAN_NOT_FOUND: Code.NotFound,
  BENCHMARK_NOT_FOUND: Code.NotFound,
  TRIGGER_NOT_FOUND: Code.NotFound,
  LINK_NOT_FOUND: Code.NotFound,
  WEBHOOK_NOT_FOUND: Code.NotFound,
  DELIVERY_NOT_FOUND: Code.NotFound,
  METHOD_NOT_FOUND: Code.Unimplemented,
  WORKFLOW_NAME_TAKEN: Code.AlreadyExists,
  WORKFLOW_ARCHIVED: Code.FailedPrecondition,
  WORKFLOW_HAS_NO_VERSION: Code.FailedPrecondition,
  WORKFLOW_HAS_NO_EXAMPLE: Code.FailedPrecondition,
  WORKFLOW_HAS_LIVE_PLAYS: Code.FailedPrecondition,
  IDEMPOTENCY_KEY_REUSED: Code.FailedPrecondition,
  RESUME_ALREADY_ANSWERED: Code.FailedPrecondition,
  RESUME_WITHDRAWN: Code.FailedPrecondition,
  RESUME_CLAIMED: Code.FailedPrecondition,
  TRIGGER_PAUSED: Code.FailedPrecondition,
  PLAY_ENDED: Code.FailedPrecondition,
  PLAY_NOT_ENDED: Code.FailedPrecondition,
  PLAY_IN_USE: Code.FailedPrecondition,
  BULK_JOB_FINAL: Code.FailedPrecondition,
  VERSION_DIFFERS: Code.FailedPrecondition,
  FLOW_GAVE_NOTHING: Code.FailedPrecondition,
  UNAUTHENTICATED: Code.Unauthenticated,
  PERMISSION_DENIED: Code.PermissionDenied,
  ANSWER_NOT_ALLOWED: Code.PermissionDenied,
  API_KEY_NOT_FOUND: Code.NotFound,
  API_KEY_NAME_TAKEN: Code.AlreadyExists,
  API_KEY_REVOKED: Code.FailedPrecondition,
  SECRET_NOT_FOUND: Code.NotFound,
  SECRETS_KEY_MISSING: Code.FailedPrecondition,
  ETAG_MISMATCH: Code.Aborted,
  LEASE_LOST: Code.Aborted,
  TOO_LARGE: Code.ResourceExhausted,
  RATE_LIMITED: Code.ResourceExhausted,
  CONCURRENCY_LIMIT: Code.ResourceExhausted,
  CANCELLED: Code.Canceled,
  DEADLINE_EXCEEDED: Code.DeadlineExceeded,
  UNAVAILABLE: Code.Unavailable,
  INTERNAL: Code.Internal,
} as const satisfies Record<string, Code>;

export type Reason = keyof typeof REASONS;

export function isReason(text: string): text is Reason {
  return Object.hasOwn(REASONS, text);
}
