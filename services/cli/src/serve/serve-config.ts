// What one service in a process of its own can be told, by flags first and environment second.

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
} from '@hero-logic/platform';
import { type AccessConfig, accessConfig } from '../core/access-config.ts';
import { type BenchConfig, benchConfig } from '../core/bench-config.ts';
import { type TelemetryConfig, telemetryConfig } from '../core/telemetry.ts';

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
  /** Base URLs of the other services. */
  readonly urls: Readonly<Record<Exclude<ServiceName, 'bridge'>, string>>;
  readonly executorId: string;
  readonly slots: number;
  readonly python: string;
  readonly interpreters: 'zygote' | 'spawn';
  readonly minTier: string;
  readonly network: 'none' | 'any';
  /** What the bench is told. */
  readonly bench: BenchConfig;
  /** Of /livez, /readyz and /metrics; 0 = they are not served. */
  readonly opsPort: number;
  readonly telemetry: TelemetryConfig;
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
    // Access control is not built yet: this machine only.
    host: '127.0.0.1',
    port,
    opsPort: envInt(env, 'HERO_LOGIC_OPS_PORT', port + OPS_PORT_OFFSET, { min: 0, max: 65535 }),
    graceMs: (flags.graceS ?? envInt(env, 'HERO_LOGIC_GRACE_S', 10, { min: 0, max: 600 })) * 1000,
    logLevel: flags.logLevel ?? envOneOf(env, 'HERO_LOGIC_LOG', 'warn', LOG_LEVELS),
    urls: {
      registry: serviceUrl(env, 'HERO_LOGIC_REGISTRY_URL', DEFAULT_PORTS.registry),
      scheduler: serviceUrl(env, 'HERO_LOGIC_SCHEDULER_URL', DEFAULT_PORTS.scheduler),
      executor: serviceUrl(env, 'HERO_LOGIC_EXECUTOR_URL', DEFAULT_PORTS.executor),
      bench: serviceUrl(env, 'HERO_LOGIC_BENCH_URL', DEFAULT_PORTS.bench),
    },
    executorId: envText(env, 'HERO_LOGIC_EXECUTOR_ID', `executor-${freshId()}`),
    slots: envInt(env, 'HERO_LOGIC_SLOTS', 8, { min: 1, max: 1000 }),
    python: envText(env, 'HERO_LOGIC_PYTHON', ''),
    interpreters: envOneOf(env, 'HERO_LOGIC_INTERPRETERS', 'zygote', ['zygote', 'spawn']),
    minTier: envOneOf(env, 'HERO_LOGIC_MIN_TIER', '', ['', 'D', 'C', 'B', 'A', 'A+']),
    network: envOneOf(env, 'HERO_LOGIC_NETWORK', 'none', ['none', 'any']),
    bench: benchConfig(env),
    telemetry: telemetryConfig(env),
    access,
  };
}

function serviceUrl(env: Env, name: string, port: number): string {
  const text = envText(env, name, `http://127.0.0.1:${port}`);
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text.replace(/\/$/, '');
  throw new ConfigError(name, `must be the base URL of a service, such as http://127.0.0.1:${port}, not "${text}"`);
}
