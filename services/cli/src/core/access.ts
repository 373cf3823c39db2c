// The guards of a process's doors. Keys and the audit log are the registry's; the doors ask it over the transport.

import { createClient, type Transport } from '@connectrpc/connect';
import type { SignIn } from '@hero-logic/bridge';
import {
  ALL_NAMESPACES,
  type AuditEvent,
  type AuditTrail,
  createAuditTrail,
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
  roleToPb,
  type Seals,
  type Session,
  systemClock,
  timeToPb,
} from '@hero-logic/platform';
import { AccessCheckService } from '@hero-logic/proto/herologic/registry/v1/access_check_service_pb';
import type { AccessConfig } from './access-config.ts';

export interface Access {
  /** For a door that callers reach. */
  readonly guard: Guard;
  /** For a Unix socket that only its owner reaches. */
  readonly ownerGuard: Guard;
  /** How people sign in with a browser; undefined = nobody is asked to. */
  readonly signIn: SignIn | undefined;
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
    return { guard: open, ownerGuard: open, signIn: undefined, close: async () => {} };
  }
  const audit = options.audits ? auditTrail(options) : undefined;
  const seals = createSeals(options.config.sessionSecret, systemClock);
  return {
    guard: keyGuard(options, audit, seals),
    ownerGuard: createOpenGuard('admin', audit),
    signIn: { seals, clock: systemClock, oidc: options.config.oidc },
    close: async () => audit?.close(),
  };
}

/** Of a service in a process of its own, which the bridge and other services reach. */
export function createServiceAccess(options: AccessOptions): Pick<Access, 'guard' | 'close'> {
  if (options.config.mode === 'off') return { guard: createTrustingGuard(), close: async () => {} };
  const audit = auditTrail(options);
  return { guard: keyGuard(options, audit), close: () => audit.close() };
}

function keyGuard({ config, transport }: AccessOptions, audit: AuditTrail | undefined, seals?: Seals): Guard {
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
  return createKeyGuard(authenticate, audit);
}

function auditTrail({ transport, log }: AccessOptions): AuditTrail {
  const client = createClient(AccessCheckService, transport);
  const toPb = ({ at, role, subject, ...rest }: AuditEvent) => ({
    ...rest,
    at: timeToPb(at),
    role: roleToPb(role),
    subject: { ...subject },
  });
  return createAuditTrail({
    write: async (events) => {
      await client.recordAuditEvents({ events: events.map(toPb) });
    },
    clock: systemClock,
    newSid: createSids(),
    log,
  });
}
