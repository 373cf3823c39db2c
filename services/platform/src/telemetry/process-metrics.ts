// What every process says about itself: version, memory, CPU time, and how busy its event loop is.

import type { Meter } from '@opentelemetry/api';
import { createBusyShare } from './process-state.ts';

export function addProcessMetrics(meter: Meter, about: { readonly service: string; readonly version: string }): void {
  const startedAt = Date.now() / 1000 - process.uptime();
  gauge(meter, 'hero_build_info', 'The version that runs; always 1.', (set) => set(1, about));
  gauge(meter, 'process_start_time_seconds', 'When the process began, in seconds since 1970.', (set) => set(startedAt));
  gauge(meter, 'process_resident_memory_bytes', 'Memory that the process holds.', (set) =>
    set(process.memoryUsage.rss()),
  );
  gauge(meter, 'nodejs_heap_used_bytes', 'Memory of JavaScript objects.', (set) => set(process.memoryUsage().heapUsed));
  meter
    .createObservableCounter('process_cpu_seconds_total', { description: 'User and system time.' })
    .addCallback((result) => {
      const { user, system } = process.cpuUsage();
      result.observe((user + system) / 1e6);
    });
  const busyShare = createBusyShare();
  gauge(
    meter,
    'nodejs_eventloop_utilization',
    'Share of the time since the last scrape that the event loop was busy.',
    (set) => set(busyShare()),
  );
}

type Labels = Readonly<Record<string, string>>;

/** A number that is looked up when somebody asks. `read` may set it for several labels; a failure leaves it out of this scrape. */
export function gauge(
  meter: Meter,
  name: string,
  description: string,
  read: (set: (value: number, labels?: Labels) => void) => void | Promise<void>,
): void {
  meter.createObservableGauge(name, { description }).addCallback(async (result) => {
    await read((value, labels) => result.observe(value, { ...labels }));
  });
}
