// What a local run can be told, by flags first and environment second. Parsed once; nobody else reads the environment.

import type { Secrets } from '@hero-logic/executor';
import {
  ConfigError,
  type Env,
  envInt,
  envOneOf,
  envText,
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

export interface DevFlags {
  readonly port?: number;
  readonly host?: string;
  readonly flowsDir?: string;
  readonly graceS?: number;
  readonly logLevel?: LogLevel;
}

export interface DevConfig extends ModelConfig {
  readonly paths: Paths;
  readonly host: string;
  /** Admin UI, JSON-RPC, Connect and gRPC-Web over HTTP/1.1; `port + 1` is gRPC and Connect over HTTP/2. */
  readonly port: number;
  readonly flowsDir: string | undefined;
  readonly graceMs: number;
  readonly logLevel: LogLevel;
  /** Plays at the same time. */
  readonly slots: number;
  readonly python: string;
  /** `zygote` falls back to `spawn` where there is no fork. */
  readonly interpreters: 'zygote' | 'spawn';
  /** Lowest sandbox tier that may run plays; empty = whatever there is. */
  readonly minTier: string;
  readonly plays: PlaysNetwork;
  /** The least that a version may ask for. */
  readonly isolationLeast: Isolation;
  /** Kills every play after each step it recorded and runs it again, until it ends: for testing flows. */
  readonly alwaysReplay: boolean;
  readonly telemetry: TelemetryConfig;
  /** What flows may ask for by name. */
  readonly secrets: Secrets;
  /** Where plays get their packages. */
  readonly packages: PackagesConfig;
  /** With what the store seals secrets, newest first; empty = a key in the data folder. */
  readonly vaultKeys: readonly VaultKey[];
  /** Whether MCP clients may write flows. */
  readonly mcpCanWrite: boolean;
  /** Address before the path of links; empty = callers put it there. */
  readonly publicUrl: string;
  /** Private addresses and networks that webhooks may reach. */
  readonly webhookNetworks: readonly string[];
  /** Members of the groups that questions may name. */
  readonly groups: ReadonlyMap<string, ReadonlySet<string>>;
  /** For plays of workflows without a rule of their own. */
  readonly retention: ReturnType<typeof retentionConfig>;
  /** Who may call. */
  readonly access: AccessConfig;
}

export function devConfig(flags: DevFlags, env: Env): DevConfig {
  const host = flags.host ?? envText(env, 'HERO_LOGIC_HOST', '127.0.0.1');
  const access = accessConfig(env);
  if (!isLoopback(host) && access.mode === 'off') {
    throw new ConfigError(
      '--host',
      `${host} is not a loopback address, and without keys a local run serves this machine only (127.0.0.1 or ::1); set HERO_LOGIC_ACCESS=keys and HERO_LOGIC_ADMIN_KEY to serve others`,
    );
  }
  return {
    paths: pathsFromEnv(env),
    host,
    port: flags.port ?? envInt(env, 'HERO_LOGIC_PORT', 9820, { min: 0, max: 65534 }),
    flowsDir: flags.flowsDir,
    graceMs: (flags.graceS ?? envInt(env, 'HERO_LOGIC_GRACE_S', 10, { min: 0, max: 600 })) * 1000,
    logLevel: flags.logLevel ?? envOneOf(env, 'HERO_LOGIC_LOG', 'warn', LOG_LEVELS),
    slots: envInt(env, 'HERO_LOGIC_SLOTS', 8, { min: 1, max: 1000 }),
    python: envText(env, 'HERO_LOGIC_PYTHON', ''),
    interpreters: envOneOf(env, 'HERO_LOGIC_INTERPRETERS', 'zygote', ['zygote', 'spawn']),
    minTier: envOneOf(env, 'HERO_LOGIC_MIN_TIER', '', ['', 'D', 'C', 'B', 'A', 'A+']),
    plays: playsNetwork(env, 'any'),
    isolationLeast: isolationLeast(env),
    alwaysReplay: envInt(env, 'HERO_LOGIC_ALWAYS_REPLAY', 0, { min: 0, max: 1 }) === 1,
    ...modelConfig(env),
    telemetry: telemetryConfig(env),
    secrets: secretsConfig(env),
    packages: packagesConfig(env),
    vaultKeys: vaultKeys(env),
    mcpCanWrite: envInt(env, 'HERO_LOGIC_MCP_WRITE', 0, { min: 0, max: 1 }) === 1,
    publicUrl: publicUrl(env),
    webhookNetworks: webhookNetworks(env),
    groups: groupsConfig(env),
    retention: retentionConfig(env),
    access,
  };
}
