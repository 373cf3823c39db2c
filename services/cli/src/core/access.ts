// The guards of a process's doors. Keys and the audit log are the registry's; the doors ask it over the transport.

import { createClient, type Transport } from '@connectrpc/connect';
import type { SignIn } from '@hero-logic/bridge';
import {
  ALL_NAMESPACES,
  type AuditTrail,
  type CallLimit,
  createAuditTrail,
  createAuditWriter,
  createCallLimit,
  createKeyCheck,
  createKeyGuard,
  createOpenGuard,
  createSeals,
  createSids,
  createTokenCheck,
  createTrustingGuard,
  type Guard,
  type Log,
  roleFromPb,
  type Seals,
  type Session,
  systemClock,
} from '@hero-logic/platform';
import { AccessCheckService } from '@hero-logic/proto/herologic/registry/v1/access_check_service_pb';
import type { AccessConfig } from './access-config.ts';

/** How many callers with calls of their own may be behind one address. */
const CALLERS_OF_AN_ADDRESS = 10;

export interface Access {
  /** For a door that callers reach. */
  readonly guard: Guard;
  /** For a Unix socket that only its owner reaches. */
  readonly ownerGuard: Guard;
  /** How people sign in with a browser; undefined = nobody is asked to. */
  readonly signIn: SignIn | undefined;
  /** Bounds the requests of one address; undefined = they are not bounded. */
  readonly addressLimit: CallLimit | undefined;
  /** Writes what is left of the audit trail. */
  close(): Promise<void>;
}

export interface AccessOptions {
  readonly config: AccessConfig;
  /** Reaches the registry. */
  readonly transport: Transport;
  readonly log: Log;
  /** Whether the calls of this door are written down here, or at the services behind it. */
  readonly audits: boolean;
}

/** Of a process that callers reach: a local run, or the bridge. */
export function createAccess(options: AccessOptions): Access {
  if (options.config.mode === 'off') {
    const open = createOpenGuard('admin');
    return { guard: open, ownerGuard: open, signIn: undefined, addressLimit: undefined, close: async () => {} };
  }
  const audit = options.audits ? auditTrail(options) : undefined;
  const { sessionSecret, oidc, callsPerSecond } = options.config;
  const seals = createSeals(sessionSecret, systemClock);
  const limitTo = (perSecond: number) =>
    perSecond === 0 ? undefined : createCallLimit({ perSecond, clock: systemClock });
  return {
    guard: keyGuard(options, audit, { seals, limit: limitTo(callsPerSecond) }),
    ownerGuard: createOpenGuard('admin', audit),
    signIn: { seals, clock: systemClock, oidc },
    addressLimit: limitTo(callsPerSecond * CALLERS_OF_AN_ADDRESS),
    close: async () => audit?.close(),
  };
}

/** Of a service in a process of its own, which the bridge and other services reach. */
export function createServiceAccess(options: AccessOptions): Pick<Access, 'guard' | 'close'> {
  if (options.config.mode === 'off') return { guard: createTrustingGuard(), close: async () => {} };
  const audit = auditTrail(options);
  return { guard: keyGuard(options, audit), close: () => audit.close() };
}

function keyGuard(
  { config, transport }: AccessOptions,
  audit: AuditTrail | undefined,
  door: { readonly seals?: Seals; readonly limit?: CallLimit | undefined } = {},
): Guard {
  const { seals, limit } = door;
  const client = createClient(AccessCheckService, transport);
  const authenticate = createKeyCheck({
    check: async (sid, secretSha256) => {
      const { name, role, namespaces } = await client.checkApiKey({ sid, secretSha256 });
      const where = namespaces.length === 0 ? [ALL_NAMESPACES] : namespaces;
      return { name, grants: [{ role: roleFromPb(role), namespaces: where }] };
    },
    adminKey: config.adminKey,
    serviceToken: config.serviceToken,
    openSession: seals && ((text) => seals.open(text) as Session | undefined),
    checkToken: config.oidc && createTokenCheck(config.oidc),
    clock: systemClock,
  });
  return createKeyGuard(authenticate, audit, limit);
}

function auditTrail({ transport, log }: AccessOptions): AuditTrail {
  return createAuditTrail({ write: createAuditWriter(transport), clock: systemClock, newSid: createSids(), log });
}
