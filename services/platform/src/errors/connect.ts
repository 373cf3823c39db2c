// HeroError <-> ConnectError, in both directions, in this one place.

import { Code, ConnectError } from '@connectrpc/connect';
import { BadRequestSchema, ErrorInfoSchema } from '@hero-logic/proto/google/rpc/error_details_pb';
import { HeroError } from './hero-error.ts';
import { isReason, REASONS, type Reason } from './reasons.ts';

export const ERROR_DOMAIN = 'hero-logic';

const REASON_OF_CODE: Partial<Record<Code, Reason>> = {
  [Code.Canceled]: 'CANCELLED',
  [Code.DeadlineExceeded]: 'DEADLINE_EXCEEDED',
  [Code.Unavailable]: 'UNAVAILABLE',
  [Code.InvalidArgument]: 'INVALID_ARGUMENT',
  [Code.ResourceExhausted]: 'TOO_LARGE',
  [Code.Unimplemented]: 'METHOD_NOT_FOUND',
  // Without a reason only grpc.health.v1 says it, of a service; whatever is ours says what was not found.
  [Code.NotFound]: 'METHOD_NOT_FOUND',
  [Code.Unauthenticated]: 'UNAUTHENTICATED',
  [Code.PermissionDenied]: 'PERMISSION_DENIED',
};

/** What goes over the wire. Anything that is not a HeroError or a ConnectError of ours is INTERNAL and says nothing about its inside. */
export function toConnectError(error: unknown): ConnectError {
  const hero = toHeroError(error);
  const wire = new ConnectError(hero.message, REASONS[hero.reason]);
  wire.details.push({
    desc: ErrorInfoSchema,
    value: { reason: hero.reason, domain: ERROR_DOMAIN, metadata: { ...hero.metadata } },
  });
  if (hero.violations.length > 0) {
    wire.details.push({
      desc: BadRequestSchema,
      value: { fieldViolations: hero.violations.map((v) => ({ field: v.field, description: v.description })) },
    });
  }
  wire.cause = hero;
  return wire;
}

/** Anything caught, as a HeroError. */
export function toHeroError(error: unknown): HeroError {
  if (error instanceof HeroError) return error;
  if (error instanceof ConnectError) return fromConnectError(error);
  if (error instanceof Error && error.name === 'AbortError') {
    return new HeroError('CANCELLED', 'the caller went away', { cause: error });
  }
  if (isServerFull(error)) return new HeroError('UNAVAILABLE', SERVER_FULL, { cause: error });
  if (isStoreAway(error)) return new HeroError('UNAVAILABLE', 'the store does not answer; try again', { cause: error });
  return new HeroError('INTERNAL', 'something broke on our side; the log has the cause', { cause: error });
}

const SERVER_FULL = 'the disk of the MongoDB server is full; free some room there, then repeat the call';
const OUT_OF_DISK_SPACE = 14031;

/** Its code is that of an unknown error where the storage engine meets the end of the disk by itself. */
function isServerFull(error: unknown): boolean {
  if (!(error instanceof Error) || !error.name.startsWith('Mongo')) return false;
  return (error as { code?: unknown }).code === OUT_OF_DISK_SPACE || error.message.includes('No space left on device');
}

/** Errors of the MongoDB driver that say nothing of the operation: the server cannot be reached, or is about to hand over. */
function isStoreAway(error: unknown): boolean {
  if (!(error instanceof Error) || !error.name.startsWith('Mongo')) return false;
  if (/Network|ServerSelection|Topology|Pool|NotConnected|Timeout|WriteConcern/.test(error.name)) return true;
  const { errorLabels = [] } = error as { errorLabels?: readonly string[] };
  return errorLabels.includes('RetryableWriteError');
}

function fromConnectError(error: ConnectError): HeroError {
  const info = error.findDetails(ErrorInfoSchema).find((d) => d.domain === ERROR_DOMAIN);
  if (info === undefined || !isReason(info.reason)) {
    const reason = REASON_OF_CODE[error.code] ?? 'INTERNAL';
    return new HeroError(reason, error.rawMessage, { cause: error });
  }
  const violations = error.findDetails(BadRequestSchema).flatMap((b) => b.fieldViolations);
  return new HeroError(info.reason, error.rawMessage, {
    violations: violations.map((v) => ({ field: v.field, description: v.description })),
    metadata: info.metadata,
    cause: error,
  });
}
