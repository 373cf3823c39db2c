// pino with one shape: JSON lines on stderr (stdout belongs to what a command prints), secrets redacted by path.

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
      redact: {
        paths: ['authorization', '*.authorization', 'headers.cookie', '*.password', '*.secret', '*.token'],
        censor: '[redacted]',
      },
    },
    destination({ dest: options.file ?? 2, sync: true, mkdir: true }),
  );
}

export const silentLog: Log = pino({ level: 'silent' });
