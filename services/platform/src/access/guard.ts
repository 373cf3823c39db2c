// What stands at every door through which calls come from outside: who is it, may it, and what did it change.

import type { DescMethod, Message } from '@bufbuild/protobuf';
import { toHeroError } from '../errors/connect.ts';
import { HeroError } from '../errors/hero-error.ts';
import type { AuditTrail } from './audit-trail.ts';
import type { CallLimit } from './call-limit.ts';
import { actingIn, type Caller, callerEverywhere } from './caller.ts';
import { claimedName, namespaceIn, type Principal, principalOf } from './principal.ts';
import { mayCall, type Role, roleNeeded } from './role.ts';

export interface Guard {
  /** UNAUTHENTICATED: the request shows no credential, or a bad one. PERMISSION_DENIED: it has no role in the namespace it asks for. */
  identify(headers: Headers): Promise<Principal>;
  /** PERMISSION_DENIED: the role of the principal may not call this; that is written into the audit trail. */
  admit(principal: Principal, method: DescMethod): void;
  /** Admits a call and runs it. RATE_LIMITED: the principal makes too many. What changes something is written into the audit trail, done or refused. */
  run<T>(principal: Principal, method: DescMethod, message: Message | undefined, call: () => Promise<T>): Promise<T>;
}

/** Says that the door refused, and not what is behind it. */
export const AT_THE_DOOR = { refused_by: 'door' } as const;

/** google.protobuf.MethodOptions.IdempotencyLevel.NO_SIDE_EFFECTS */
const NO_SIDE_EFFECTS = 1;

/** Asks nobody for a key: everyone who reaches the door has the role, and a name is taken as it is given. */
export function createOpenGuard(role: Role, audit?: AuditTrail): Guard {
  return guardWith(
    async (headers) => actingIn(callerEverywhere(claimedName(headers), role), namespaceIn(headers)),
    audit,
  );
}

/** For doors that only services reach: who calls is what the headers say. */
export function createTrustingGuard(): Guard {
  return guardWith(async (headers) => principalOf(headers), undefined);
}

/** `authenticate` finds out who shows a credential; undefined: it knows none such. A service that calls for somebody says where that one acts. */
export function createKeyGuard(
  authenticate: (headers: Headers) => Promise<Caller | Principal | undefined>,
  audit: AuditTrail | undefined,
  limit?: CallLimit,
): Guard {
  const identify = async (headers: Headers) => {
    const found = await authenticate(headers);
    if (found !== undefined) return 'grants' in found ? actingIn(found, namespaceIn(headers)) : found;
    throw new HeroError(
      'UNAUTHENTICATED',
      headers.has('authorization')
        ? 'this key is not known, has expired or is revoked; ask an administrator for a new one'
        : 'a key is needed: send it as "Authorization: Bearer hl_...", or set HERO_LOGIC_KEY for the command line',
      { metadata: AT_THE_DOOR },
    );
  };
  return guardWith(identify, audit, limit);
}

function guardWith(identify: Guard['identify'], audit: AuditTrail | undefined, limit?: CallLimit): Guard {
  const note = (principal: Principal, method: DescMethod, message: Message | undefined, refusal: string) => {
    const changes = method.idempotency !== NO_SIDE_EFFECTS;
    if (changes && principal.role !== 'service') audit?.note({ principal, method, message, refusal });
  };
  const admit = (principal: Principal, method: DescMethod, message?: Message) => {
    const refused = refusalOf(principal, method);
    if (refused === undefined) return;
    note(principal, method, message, refused.reason);
    throw refused;
  };
  return {
    identify,
    admit,
    async run(principal, method, message, call) {
      if (limit !== undefined && principal.role !== 'service') takeOne(limit, principal.name);
      admit(principal, method, message);
      try {
        const result = await call();
        note(principal, method, message, '');
        return result;
      } catch (error) {
        note(principal, method, message, toHeroError(error).reason);
        throw error;
      }
    },
  };
}

function takeOne(limit: CallLimit, name: string): void {
  const waitMs = limit.take(name);
  if (waitMs === 0) return;
  throw new HeroError(
    'RATE_LIMITED',
    `${JSON.stringify(name)} makes more calls than it may (${limit.perSecond} a second); go on in ${waitMs} ms`,
    { metadata: { retry_after_ms: String(waitMs) } },
  );
}

function refusalOf(principal: Principal, method: DescMethod): HeroError | undefined {
  const needed = roleNeeded(method);
  if (mayCall(principal.role, needed)) return undefined;
  const who = principal.name === '' ? 'you are' : `${JSON.stringify(principal.name)} is`;
  const what = `${method.parent.name}.${method.name}`;
  return new HeroError(
    'PERMISSION_DENIED',
    needed === 'service'
      ? `${what} is for the services among themselves`
      : `${what} needs the role ${needed}; ${who} ${principal.role}`,
    { metadata: { method: what, needed, role: principal.role } },
  );
}
