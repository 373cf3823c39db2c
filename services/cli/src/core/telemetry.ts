// What a long-running command says about itself: numbers for Prometheus always, traces when a collector is named.

import {
  ConfigError,
  createMetrics,
  type Env,
  envText,
  type Log,
  type Meter,
  type Metrics,
  startTracing,
  type Tracing,
} from '@hero-logic/platform';

export interface TelemetryConfig {
  /** OTLP over gRPC; empty = no traces. */
  readonly endpoint: string;
  /** Share of traces that are kept. */
  readonly ratio: number;
}

export function telemetryConfig(env: Env): TelemetryConfig {
  const variable =
    envText(env, 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', '') === ''
      ? 'OTEL_EXPORTER_OTLP_ENDPOINT'
      : 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT';
  const endpoint = envText(env, variable, '');
  if (endpoint !== '' && !isHttp(endpoint)) {
    throw new ConfigError(
      variable,
      `must be the address of an OTLP receiver (gRPC), such as http://127.0.0.1:4317, not "${endpoint}"`,
    );
  }
  const ratio = envText(env, 'OTEL_TRACES_SAMPLER_ARG', '1');
  if (!(Number(ratio) >= 0 && Number(ratio) <= 1)) {
    throw new ConfigError('OTEL_TRACES_SAMPLER_ARG', `must be the share of traces to keep, 0 to 1, not "${ratio}"`);
  }
  return { endpoint, ratio: Number(ratio) };
}

function isHttp(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

export interface Telemetry {
  readonly metrics: Metrics;
  readonly meter: Meter;
  readonly tracing: Tracing | undefined;
  close(): Promise<void>;
}

export interface TelemetryOptions {
  readonly config: TelemetryConfig;
  readonly service: string;
  readonly version: string;
  readonly log: Log;
}

export async function startTelemetry({ config, service, version, log }: TelemetryOptions): Promise<Telemetry> {
  const metrics = await createMetrics({ service, version });
  const { endpoint, ratio } = config;
  const tracing = endpoint === '' ? undefined : await startTracing({ endpoint, ratio, service, version, log });
  return {
    metrics,
    meter: metrics.meter,
    tracing,
    async close() {
      await tracing?.close();
      await metrics.close();
    },
  };
}
