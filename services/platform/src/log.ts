// pino with one shape: JSON lines on stderr (stdout belongs to what a command prints), secrets redacted by path, and trace_id and span_id
// of the call that a line belongs to when traces are on.

import { trace } from '@opentelemetry/api';
import { destination, type Logger, pino } from 'pino';

export type Log = Logger;

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogOptions {
  readonly level: LogLevel;
  /** A file instead of stderr. */
  readonly file?: string;
}

export function createLog(options: LogOptions): Log {
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: [...REDACTED], censor: '[redacted]' },
      mixin: traceIds,
    },
    destination({ dest: options.file ?? 2, sync: true, mkdir: true }),
  );
}

/** Wherever one of these stands, down to the depth at which it is ever logged. */
const SECRETS = [
  'authorization',
  'cookie',
  'password',
  'secret',
  'token',
  'api_key',
  'apiKey',
  'lease_token',
  'leaseToken',
];
const REDACTED = ['', '*.', '*.*.'].flatMap((above) => SECRETS.map((name) => `${above}${name}`));

function traceIds(): object {
  const found = trace.getActiveSpan()?.spanContext();
  return found === undefined ? {} : { trace_id: found.traceId, span_id: found.spanId };
}

export const silentLog: Log = pino({ level: 'silent' });
