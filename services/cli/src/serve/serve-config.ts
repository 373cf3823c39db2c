// What one service in a process of its own can be told, by flags first and environment second.

import type { Secrets } from '@hero-logic/executor';
import {
  ConfigError,
  type Env,
  envInt,
  envOneOf,
  envText,
  envUrl,
  LOG_LEVELS,
  type LogLevel,
  type Paths,
  pathsFromEnv,
  type VaultKey,
} from '@hero-logic/platform';
import type { Isolation } from '@hero-logic/registry';
import { type AccessConfig, accessConfig } from '../core/access-config.ts';
import { groupsConfig } from '../core/groups-config.ts';
import { isLoopback } from '../core/loopback.ts';
import { type ModelConfig, modelConfig } from '../core/model-config.ts';
import { type PackagesConfig, packagesConfig } from '../core/packages-config.ts';
import { isolationLeast } from '../core/plays-isolation.ts';
import { type PlaysNetwork, playsNetwork } from '../core/plays-network.ts';
import { publicUrl } from '../core/public-url.ts';
import { retentionConfig } from '../core/retention-config.ts';
import { secretsConfig } from '../core/secrets-config.ts';
import { type TelemetryConfig, telemetryConfig } from '../core/telemetry.ts';
import { vaultKeys } from '../core/vault-config.ts';
import { webhookNetworks } from '../core/webhook-networks.ts';

export const SERVICES = ['registry', 'scheduler', 'executor', 'bench', 'bridge'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** The bridge serves HTTP/1.1, the others gRPC and Connect over HTTP/2. */
const DEFAULT_PORTS: Record<ServiceName, number> = {
  bridge: 9820,
  registry: 9831,
  scheduler: 9832,
  executor: 9833,
  bench: 9834,
};

/** From the port of a service to that of its pages for operators, so that several can run on one machine. */
const OPS_PORT_OFFSET = 20;

export interface ServeFlags {
  readonly port?: number;
  readonly graceS?: number;
  readonly logLevel?: LogLevel;
}

export interface ServeConfig {
  readonly service: ServiceName;
  readonly paths: Paths;
  readonly host: string;
  readonly port: number;
  readonly graceMs: number;
  readonly logLevel: LogLevel;
  /** Where the service keeps its data. */
  readonly store: { readonly kind: 'sqlite' } | { readonly kind: 'mongodb'; readonly url: string };
  /** Redis over which processes wake each other; empty = they look by themselves. */
  readonly redisUrl: string;
  /** Base URLs of the other services. */
  readonly urls: Readonly<Record<Exclude<ServiceName, 'bridge'>, string>>;
  readonly executorId: string;
  readonly slots: number;
  readonly python: string;
  readonly interpreters: 'zygote' | 'spawn';
  readonly minTier: string;
  readonly plays: PlaysNetwork;
  /** The least that a version may ask for. */
  readonly isolationLeast: Isolation;
  /** For the executor and the bench. */
  readonly models: ModelConfig;
  /** Of /livez, /readyz and /metrics; 0 = they are not served. */
  readonly opsPort: number;
  readonly telemetry: TelemetryConfig;
  /** What flows may ask an executor for by name. */
  readonly secrets: Secrets;
  /** Where plays get their packages. */
  readonly packages: PackagesConfig;
  /** With what the stores of registry and scheduler seal secrets, newest first; empty = they keep none. */
  readonly vaultKeys: readonly VaultKey[];
  /** Whether MCP clients may write flows. */
  readonly mcpCanWrite: boolean;
  /** Address before the path of links; empty = callers put it there. */
  readonly publicUrl: string;
  /** Private addresses and networks that webhooks may reach. */
  readonly webhookNetworks: readonly string[];
  /** Members of the groups that questions may name. */
  readonly groups: ReadonlyMap<string, ReadonlySet<string>>;
  readonly retention: ReturnType<typeof retentionConfig>;
  /** Who may call. */
  readonly access: AccessConfig;
}

export function serveConfig(service: ServiceName, flags: ServeFlags, env: Env, freshId: () => string): ServeConfig {
  const portVariable = `HERO_LOGIC_${service.toUpperCase()}_PORT`;
  const port = flags.port ?? envInt(env, portVariable, DEFAULT_PORTS[service], { min: 1, max: 65535 });
  const access = accessConfig(env);
  if (access.mode === 'keys' && access.serviceToken === '') {
    throw new ConfigError(
      'HERO_LOGIC_SERVICE_TOKEN',
      'must be set where HERO_LOGIC_ACCESS=keys, the same for every service: by it they know each other',
    );
  }
  return {
    service,
    paths: pathsFromEnv(env),
    host: hostFor(access, env),
    port,
    opsPort: envInt(env, 'HERO_LOGIC_OPS_PORT', opsPortOf(port), { min: 0, max: 65535 }),
    publicUrl: publicUrl(env),
    webhookNetworks: webhookNetworks(env),
    groups: groupsConfig(env),
    retention: retentionConfig(env),
    graceMs: (flags.graceS ?? envInt(env, 'HERO_LOGIC_GRACE_S', 10, { min: 0, max: 600 })) * 1000,
    logLevel: flags.logLevel ?? envOneOf(env, 'HERO_LOGIC_LOG', 'warn', LOG_LEVELS),
    store: storeConfig(service, env),
    redisUrl: envText(env, 'REDIS_URL', ''),
    urls: {
      registry: serviceUrl(env, 'registry'),
      scheduler: serviceUrl(env, 'scheduler'),
      executor: serviceUrl(env, 'executor'),
      bench: serviceUrl(env, 'bench'),
    },
    executorId: envText(env, 'HERO_LOGIC_EXECUTOR_ID', `executor-${freshId()}`),
    slots: envInt(env, 'HERO_LOGIC_SLOTS', 8, { min: 1, max: 1000 }),
    python: envText(env, 'HERO_LOGIC_PYTHON', ''),
    interpreters: envOneOf(env, 'HERO_LOGIC_INTERPRETERS', 'zygote', ['zygote', 'spawn']),
    minTier: envOneOf(env, 'HERO_LOGIC_MIN_TIER', '', ['', 'D', 'C', 'B', 'A', 'A+']),
    plays: playsNetwork(env, 'hosts'),
    isolationLeast: isolationLeast(env),
    models: modelConfig(env),
    telemetry: telemetryConfig(env),
    secrets: service === 'executor' ? secretsConfig(env) : new Map(),
    packages: packagesConfig(env),
    vaultKeys: service === 'registry' || service === 'scheduler' ? vaultKeys(env) : [],
    mcpCanWrite: envInt(env, 'HERO_LOGIC_MCP_WRITE', 0, { min: 0, max: 1 }) === 1,
    access,
  };
}

function hostFor(access: AccessConfig, env: Env): string {
  const host = envText(env, 'HERO_LOGIC_HOST', '127.0.0.1');
  if (isLoopback(host) || access.mode === 'keys') return host;
  throw new ConfigError(
    'HERO_LOGIC_HOST',
    `is ${host}, which is not a loopback address; without keys a service serves this machine only. Set HERO_LOGIC_ACCESS=keys`,
  );
}

function storeConfig(service: ServiceName, env: Env): ServeConfig['store'] {
  const kind = envOneOf(env, 'HERO_LOGIC_STORE', 'sqlite', ['sqlite', 'mongodb']);
  if (kind === 'sqlite' || service === 'bridge') return { kind: 'sqlite' };
  const url = envText(env, 'MONGODB_URL', '');
  if (url !== '') return { kind, url };
  throw new ConfigError(
    'MONGODB_URL',
    'is required with HERO_LOGIC_STORE=mongodb, such as mongodb://127.0.0.1:27017/hero_logic',
  );
}

function opsPortOf(port: number): number {
  return port + OPS_PORT_OFFSET > 65535 ? port - OPS_PORT_OFFSET : port + OPS_PORT_OFFSET;
}

function serviceUrl(env: Env, service: ServiceName): string {
  return envUrl(env, `HERO_LOGIC_${service.toUpperCase()}_URL`, `http://127.0.0.1:${DEFAULT_PORTS[service]}`);
}
