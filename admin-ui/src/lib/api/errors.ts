import { Code, ConnectError } from '@connectrpc/connect';
import { BadRequestSchema, ErrorInfoSchema } from '@hero-logic/proto/google/rpc/error_details_pb';

export interface Violation {
  readonly field: string;
  readonly description: string;
}

/** Anything caught, in the words of the page. `reason` is for copying; `retry` says whether the same call may go well later. */
export interface ApiError {
  readonly kind: 'offline' | 'not-found' | 'invalid' | 'refused' | 'aborted' | 'server';
  readonly message: string;
  readonly reason: string;
  readonly retry: boolean;
  readonly violations: readonly Violation[];
}

const KIND: Partial<Record<Code, ApiError['kind']>> = {
  [Code.NotFound]: 'not-found',
  [Code.InvalidArgument]: 'invalid',
  [Code.Canceled]: 'aborted',
  [Code.Unavailable]: 'offline',
  [Code.FailedPrecondition]: 'refused',
  [Code.AlreadyExists]: 'refused',
  [Code.Aborted]: 'refused',
  [Code.PermissionDenied]: 'refused',
  [Code.Unauthenticated]: 'refused',
  [Code.ResourceExhausted]: 'refused',
};

export function toApiError(caught: unknown): ApiError {
  if (isNetworkFailure(caught)) {
    return failure('offline', 'The server does not answer.', 'UNREACHABLE', true);
  }
  const error = ConnectError.from(caught, Code.Unknown);
  const kind = KIND[error.code] ?? 'server';
  const reason =
    error.findDetails(ErrorInfoSchema)[0]?.reason ?? Code[error.code].replace(/(?!^)[A-Z]/g, '_$&').toUpperCase();
  const violations = error
    .findDetails(BadRequestSchema)
    .flatMap((b) => b.fieldViolations)
    .map(({ field, description }) => ({ field, description }));
  return { ...failure(kind, sentence(error.rawMessage), reason, isPassing(error.code)), violations };
}

/** The same call may go well later. */
function isPassing(code: Code): boolean {
  return [Code.Unavailable, Code.Internal, Code.Unknown, Code.DeadlineExceeded].includes(code);
}

function failure(kind: ApiError['kind'], message: string, reason: string, retry: boolean): ApiError {
  return { kind, message, reason, retry, violations: [] };
}

/** `fetch` says every network failure with a TypeError. */
function isNetworkFailure(caught: unknown): boolean {
  if (caught instanceof TypeError) return true;
  return caught instanceof ConnectError && caught.cause instanceof TypeError;
}

function sentence(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '') return 'The server gave no reason.';
  const first = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}

/**
 * Violations by the first name below one of `roots` ("input_data.limit" -> "limit"); what belongs to no known field is under "".
 */
export function violationsByField(
  violations: readonly Violation[],
  roots: readonly string[],
  known: readonly string[],
): Map<string, string> {
  const byField = new Map<string, string>();
  for (const { field, description } of violations) {
    const root = roots.find((r) => field === r || field.startsWith(`${r}.`));
    const path = root === undefined ? field : field.slice(root.length + 1);
    const name = known.find((k) => path === k || path.startsWith(`${k}.`) || path.startsWith(`${k}[`)) ?? '';
    const text = sentence(name === '' && path !== '' ? `${path} ${description}` : description);
    byField.set(name, byField.has(name) ? `${byField.get(name)} ${text}` : text);
  }
  return byField;
}
