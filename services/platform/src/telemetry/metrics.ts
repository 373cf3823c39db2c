// Numbers about this process for Prometheus. Instruments are read when somebody asks; between two scrapes a counter costs an addition.

import { createNoopMeter, type Meter } from '@opentelemetry/api';
import { addProcessMetrics } from './process-metrics.ts';

export type { Meter } from '@opentelemetry/api';

export interface Metrics {
  readonly meter: Meter;
  /** Prometheus' text format. */
  text(): Promise<string>;
  close(): Promise<void>;
}

export interface MetricsOptions {
  /** "scheduler", or "dev" for all in one process. */
  readonly service: string;
  readonly version: string;
}

/** Where nobody asks for numbers. */
export const noMeter: Meter = createNoopMeter();

/** Seconds: from a commit on a fast disk to a play of an hour. */
const BUCKETS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600,
];

/** Loads its libraries when it is called: a command that only calls a server needs none of them. */
export async function createMetrics({ service, version }: MetricsOptions): Promise<Metrics> {
  const [{ PrometheusExporter, PrometheusSerializer }, { AggregationType, InstrumentType, MeterProvider }] =
    await Promise.all([import('@opentelemetry/exporter-prometheus'), import('@opentelemetry/sdk-metrics')]);
  const reader = new PrometheusExporter({ preventServerStart: true });
  const serializer = new PrometheusSerializer(undefined, false, undefined, true, true);
  const provider = new MeterProvider({
    readers: [reader],
    views: [
      {
        instrumentType: InstrumentType.HISTOGRAM,
        aggregation: { type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM, options: { boundaries: BUCKETS } },
      },
    ],
  });
  const meter = provider.getMeter('hero-logic', version);
  addProcessMetrics(meter, { service, version });
  return {
    meter,
    async text() {
      const { resourceMetrics } = await reader.collect();
      return serializer.serialize(resourceMetrics);
    },
    close: () => provider.shutdown(),
  };
}
