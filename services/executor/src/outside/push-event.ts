/**
 * One event from outside (`span_push`) into the record of a play, durable when it returns. The same path as the events of
 * a play process: the record that its run uses, or the stored one when it does not run here.
 *
 * INVALID_EVENT names what is wrong; SPAN_NOT_FOUND for an event about a span that has not started; PLAY_ENDED,
 * PLAY_NOT_FOUND. Pauses and requests belong to the connection of a play and are refused.
 */

import { type Clock, HeroError, invalid } from '@hero-logic/platform';
import { readEvent } from '../domain/read-event.ts';
import { isRecorded, type PlayRecord, type RecordedEvent } from '../ingest/play-record.ts';
import type { PlayRecords } from '../ingest/play-records.ts';
import type { PlayDirectory } from './play-directory.ts';

export type PushEvent = (playSid: string, eventText: string) => Promise<void>;

export function createPushEvent(options: {
  readonly records: PlayRecords;
  readonly plays: PlayDirectory;
  readonly clock: Clock;
}): PushEvent {
  return async (playSid, eventText) => {
    if (!(await options.plays.isLive(playSid))) {
      throw new HeroError('PLAY_ENDED', `the play ${playSid} has ended; nothing can be added to it`, {
        metadata: { play_sid: playSid },
      });
    }
    const event = read(eventText, options.clock.now());
    const record = await options.records.open(playSid);
    try {
      apply(record, event);
      await record.flush();
    } finally {
      options.records.close(record);
    }
  };
}

function apply(record: PlayRecord, event: RecordedEvent): void {
  const isAboutNone =
    (event.event === 'span_log' && event.spanId !== '' && !record.tree.has(event.spanId)) ||
    record.apply(event) === 'unknown_span';
  if (!isAboutNone) return;
  throw new HeroError('SPAN_NOT_FOUND', `the play has no span ${event.spanId}; send its span_start first`, {
    metadata: { play_sid: record.playSid, span_id: event.spanId },
  });
}

function read(text: string, nowMs: number): RecordedEvent {
  let value: unknown;
  try {
    value = JSON.parse(text.toWellFormed());
  } catch (error) {
    throw invalid([{ field: 'event', description: `is not JSON: ${(error as Error).message}` }], 'INVALID_EVENT');
  }
  const { event, violations } = readEvent(value, nowMs);
  if (event === undefined) {
    const named = violations.map(({ field, description }) => ({
      field: field === 'event' ? 'event' : `event.${field}`,
      description,
    }));
    throw invalid(named, 'INVALID_EVENT');
  }
  if (isRecorded(event)) return event;
  const description = 'must be span_start, span_tag, span_log, span_end, step_output or divergence';
  throw invalid([{ field: 'event.event', description }], 'INVALID_EVENT');
}
