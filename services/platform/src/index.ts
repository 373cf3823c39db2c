// What every service stands on.

export { createAccessInterceptor } from './access/access-interceptor.ts';
export { type AuditEvent, type AuditTrail, createAuditTrail } from './access/audit-trail.ts';
export { createAuditWriter } from './access/audit-writer.ts';
export { type CallLimit, createCallLimit } from './access/call-limit.ts';
export { type Caller, callerEverywhere, type Grant } from './access/caller.ts';
export { createKeyGuard, createOpenGuard, createTrustingGuard, type Guard } from './access/guard.ts';
export { createKeyCheck } from './access/key-check.ts';
export { newKeyText } from './access/key-text.ts';
export { fitsPattern } from './access/name-pattern.ts';
export {
  ALL_NAMESPACES,
  DEFAULT_NAMESPACE,
  isNamespace,
  nameAndNamespace,
  placedName,
  placedRange,
} from './access/namespace.ts';
export { callerOfClaims, createTokenCheck, type OidcConfig } from './access/oidc-token.ts';
export { namespaceToUse, type Principal, principalOf, writePrincipal } from './access/principal.ts';
export { mayCall, ROLES, type Role, roleFromPb, roleNeeded, roleToPb } from './access/role.ts';
export { createScopeCheck, looksAtNamespace, type NamespaceDirectory, type ScopeCheck } from './access/scope.ts';
export { createSeals, type Seals, type Session } from './access/session.ts';
export { createVault, type Vault, type VaultKey, vaultKeyOf, vaultKeysFrom } from './access/vault.ts';
export { type Clock, systemClock } from './clock.ts';
export { ConfigError, type Env, envInt, envOneOf, envText, envUrl } from './env.ts';
export { ERROR_DOMAIN, toConnectError, toHeroError } from './errors/connect.ts';
export { HeroError, type HeroErrorOptions, invalid, isHeroError, type Violation } from './errors/hero-error.ts';
export { isReason, REASONS, type Reason } from './errors/reasons.ts';
export { createSids, firstSidAt, type NewSid, newToken } from './ids.ts';
export { documentProblem, documentViolation, MAX_DOCUMENT_BYTES, MAX_DOCUMENT_DEPTH } from './json/document.ts';
export { isOfFieldType } from './json/field-type.ts';
export {
  canonicalJson,
  type JsonType,
  jsonDepth,
  jsonElements,
  jsonEqual,
  jsonMembers,
  jsonObject,
  jsonType,
} from './json/json-text.ts';
export { createSchemaCheck, type SchemaCheck } from './json/schema.ts';
export { createKeyedQueue, type KeyedQueue } from './keyed-queue.ts';
export { createLog, LOG_LEVELS, type Log, type LogLevel, silentLog } from './log.ts';
export { createPeriodicLoop, type Loop, startLoops } from './loops.ts';
export { addressList, inAddressList, isAddressOrSubnet, isPublicAddress } from './network/addresses.ts';
export { type Paths, pathsFromEnv } from './paths.ts';
export {
  costOf,
  type ModelTokens,
  NO_PRICES,
  type PriceTable,
  pricesFromText,
} from './prices.ts';
export { giveReasons } from './rpc/decode-errors.ts';
export { messageViolations } from './rpc/interceptors.ts';
export { createLazyTransport, createLocalTransport, MAX_MESSAGE_BYTES, type Routes } from './rpc/local-transport.ts';
export { createMeshTransport } from './rpc/mesh-transport.ts';
export { createNamespaceDirectory } from './rpc/namespace-directory.ts';
export { decodePageToken, encodePageToken, pageSize } from './rpc/page.ts';
export { createProxyRoutes } from './rpc/proxy.ts';
export { createRpcServer, type RpcServer, rpcInterceptors, servicesOf } from './rpc/server.ts';
export { timeFromPb, timeToPb } from './rpc/time.ts';
export { inCallersTrace, linkToPlay, traceParent } from './rpc/tracing.ts';
export type { Service, ServiceStore } from './service.ts';
export { createInProcessSignals, type Signals, topics, waitUntil } from './signals/signals.ts';
export { type DataLock, lockDataFolder } from './sqlite/data-lock.ts';
export { type Database, migrate, openDatabase, type Sql } from './sqlite/database.ts';
export { createGroupCommit, type GroupCommit, isDiskFull } from './sqlite/group-commit.ts';
export { createMetrics, type Meter, type Metrics, noMeter } from './telemetry/metrics.ts';
export { type OpsPage, opsPages } from './telemetry/ops-pages.ts';
export { createOpsServer, type OpsServer } from './telemetry/ops-server.ts';
export { gauge } from './telemetry/process-metrics.ts';
export {
  createProcessState,
  noProcessState,
  type ProcessState,
  type ReadProcessState,
} from './telemetry/process-state.ts';
export { type CheckResult, createReadiness, type Readiness, type ReadyCheck } from './telemetry/readiness.ts';
export { otelSpanId, playSpanId, runSpanId, traceIdOf } from './telemetry/trace-ids.ts';
export { startTracing, type TraceLink, type TraceSpan, type Tracing } from './telemetry/tracing.ts';
