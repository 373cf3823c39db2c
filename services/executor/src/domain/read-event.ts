/**
 * Reads one event of a play. Plays are not trusted: every member is checked and bounded, nothing throws, and what does
 * not fit is named. Unknown members are ignored, absent optional ones get their defaults.
 */

import type { Violation } from '@hero-logic/platform';
import { cutPreview, cutText } from './cut.ts';
import { createMemberReader, type MemberReader } from './member-reader.ts';
import { jsonOf } from './nesting.ts';
import {
  LOG_STREAMS,
  type PauseRules,
  type PlayEvent,
  type PlayRequest,
  type SpanStart,
  type SpawnRequest,
  type Tags,
} from './play-event.ts';
import type { FlowError, SpanAttempt, SpanKind, SpanStatus } from './span.ts';
import { SPAN_KINDS } from './span.ts';

export type ReadEvent =
  | { readonly event: PlayEvent; readonly violations?: undefined }
  | { readonly event?: undefined; readonly violations: readonly Violation[] };

export function readEvent(value: unknown, nowMs: number): ReadEvent {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { violations: [{ field: 'event', description: 'must be a JSON object' }] };
  }
  const members = createMemberReader(value as Record<string, unknown>);
  const event = read(members, nowMs);
  return members.violations.length > 0 || event === undefined ? { violations: members.violations } : { event };
}

function read(members: MemberReader, nowMs: number): PlayEvent | undefined {
  const name = members.raw('event');
  switch (name) {
    case 'span_start':
      return readStart(members, nowMs);
    case 'span_end':
      return readEnd(members, nowMs);
    case 'span_tag':
      return {
        event: 'span_tag',
        spanId: members.id('span_id'),
        tags: readTags(members),
        title: members.optionalText('title', MAX_NAME),
      };
    case 'span_log':
      return {
        event: 'span_log',
        spanId: members.text('span_id', MAX_ID),
        stream: members.oneOf('stream', LOG_STREAMS, 'log'),
        text: members.requiredText('text'),
        atMs: members.time('at_ms', nowMs),
      };
    case 'step_output':
      return {
        event: 'step_output',
        stepKey: members.id('step_key'),
        spanId: members.id('span_id'),
        name: members.text('name', MAX_NAME),
        output: members.document('output'),
        within: members.text('within', MAX_ID),
      };
    case 'pause':
      return readPause(members);
    case 'outside':
      return { event: 'outside', spanId: members.id('span_id'), port: members.count('port', 0) };
    case 'done':
      return { event: 'done' };
    case 'withdraw':
      return { event: 'withdraw', id: members.id('id'), resumeIds: members.ids('resume_ids') };
    case 'divergence':
      return {
        event: 'divergence',
        spanId: members.text('span_id', MAX_ID),
        expected: members.text('expected', MAX_NAME),
        met: members.text('met', MAX_NAME),
        sourceFile: members.text('source_file', MAX_NAME),
        sourceLine: members.count('source_line', 0),
        message: members.text('message', MAX_MESSAGE),
      };
    default:
      return readRequest(members, name);
  }
}

function readRequest(members: MemberReader, name: unknown): PlayEvent | undefined {
  if (typeof name === 'string' && typeof members.raw('id') === 'string') {
    return {
      event: 'request',
      id: members.id('id'),
      method: name.slice(0, MAX_ID),
      name: members.text('name', MAX_NAME),
      versionSid: members.text('version_sid', MAX_ID),
      ...(name === 'call' ? { call: readCall(members) } : {}),
    };
  }
  members.refuse('event', 'is not an event that is known here');
  return undefined;
}

function readCall(members: MemberReader): PlayRequest['call'] {
  return { method: members.id('method'), params: members.document('params'), spanId: members.id('span_id') };
}

const MAX_ID = 200;
const MAX_NAME = 1000;
const MAX_MESSAGE = 16 * 1024;
const MAX_TRACEBACK = 64 * 1024;
const MAX_ATTEMPTS = 100;
const MAX_TAGS = 200;
const MAX_TAG_BYTES = 4096;

function readStart(members: MemberReader, nowMs: number): PlayEvent {
  const input = members.optionalText('input');
  const start: SpanStart = {
    event: 'span_start',
    spanId: members.id('span_id'),
    parentId: members.text('parent_id', MAX_ID),
    name: members.text('name', MAX_NAME),
    title: members.optionalText('title', MAX_NAME),
    kind: readKind(members.raw('kind')),
    atMs: members.time('at_ms', nowMs),
    attempt: members.count('attempt', 1),
    attempts: readAttempts(members),
    tags: readTags(members),
    input: input === undefined ? undefined : cutPreview(input),
    sourceFile: members.text('source_file', MAX_NAME),
    sourceLine: members.count('source_line', 0),
    rpcService: members.text('rpc_service', MAX_NAME),
    rpcMethod: members.text('rpc_method', MAX_NAME),
    replayed: members.flag('replayed'),
  };
  return start.replayed && members.raw('also') !== undefined ? { ...start, also: readAlso(members, start) } : start;
}

/** Each is an id, its place being that of the one before, or `[id, parent, name, kind]`. */
function readAlso(members: MemberReader, first: SpanStart): readonly SpanStart[] {
  const hits: SpanStart[] = [];
  const value = members.raw('also');
  let before = first;
  for (const hit of Array.isArray(value) && value.length <= MAX_ALSO ? value : [undefined]) {
    const [spanId, parentId, name, kind] = Array.isArray(hit) ? hit : [hit, before.parentId, before.name, before.kind];
    if (!isText(spanId, MAX_ID) || spanId === '' || !isText(parentId, MAX_ID) || !isText(name, MAX_NAME)) {
      members.refuse('also', `must be a list of up to ${MAX_ALSO} span ids, or of [id, parent, name, kind]`);
      return [];
    }
    before = { ...first, spanId, parentId, name, kind: readKind(kind) };
    hits.push(before);
  }
  return hits;
}

const MAX_ALSO = 10_000;

function isText(value: unknown, maxChars: number): value is string {
  return typeof value === 'string' && value.length <= maxChars;
}

function readKind(value: unknown): SpanKind {
  if (value === undefined || value === null) return 'step';
  return SPAN_KINDS.find((k) => k === value) ?? 'other';
}

const END_STATUSES: readonly SpanStatus[] = ['ok', 'failed', 'timed_out', 'cancelled', 'awaiting_resume'];

function readEnd(members: MemberReader, nowMs: number): PlayEvent {
  const asked = members.requiredText('status');
  const known = END_STATUSES.find((s) => s === asked);
  const output = members.optionalText('output');
  const error = readError(members.raw('error'));
  return {
    event: 'span_end',
    spanId: members.id('span_id'),
    status: known ?? 'failed',
    atMs: members.time('at_ms', nowMs),
    output: output === undefined ? undefined : cutPreview(output),
    error: error ?? (known === undefined ? unknownStatus(asked) : undefined),
    tags: readTags(members),
    attempts: readAttempts(members),
  };
}

function unknownStatus(status: string): FlowError {
  const message = `the span ended with a status that is unknown here: "${cutText(status, 100)}"`;
  return { type: 'UnknownStatus', message, traceback: '' };
}

function readPause(members: MemberReader): PlayEvent {
  const timeout = members.raw('timeout_ms');
  const kind = members.oneOf('kind', ['answer', 'timer', 'child'] as const, 'answer');
  return {
    event: 'pause',
    resumeId: members.id('resume_id'),
    name: members.id('name'),
    spanId: members.text('span_id', MAX_ID),
    kind,
    schema: members.text('schema'),
    ui: members.text('ui'),
    message: members.text('message'),
    timeoutMs: readMs(timeout),
    hasDefault: members.flag('has_default'),
    defaultPayload: members.text('default_payload'),
    ...(kind === 'child' ? { spawn: readSpawn(members) } : {}),
    ...(kind === 'answer' ? { rules: readRules(members) } : {}),
  };
}

/** undefined: it has none. */
function readRules(members: MemberReader): PauseRules | undefined {
  if (RULES.every((field) => members.raw(field) === undefined)) return undefined;
  const escalateAfter = members.raw('escalate_after_ms');
  return {
    assignees: readNames(members, 'assignees'),
    groups: readNames(members, 'groups'),
    quorum: Math.min(members.count('quorum', 1), MAX_QUORUM),
    noSelfApproval: members.flag('no_self_approval'),
    escalateAfterMs: readMs(escalateAfter, LONGEST_ESCALATION_MS),
    escalateTo: readNames(members, 'escalate_to'),
  };
}

const RULES = ['assignees', 'groups', 'quorum', 'no_self_approval', 'escalate_after_ms', 'escalate_to'] as const;
/** More than the scheduler takes, so that it says so. */
const MAX_QUORUM = 1000;

function readNames(members: MemberReader, field: string): readonly string[] {
  return members.raw(field) === undefined ? [] : members.ids(field);
}

function readSpawn(members: MemberReader): SpawnRequest {
  return {
    workflow: members.id('workflow'),
    versionSid: members.text('version_sid', MAX_ID),
    input: members.document('input'),
    group: members.text('group', MAX_ID),
    groupLimit: Math.min(members.count('group_limit', 0), MAX_GROUP_LIMIT),
  };
}

function readMs(value: unknown, longest = LONGEST_MS): number | undefined {
  return typeof value === 'number' && value >= 0 ? Math.min(Math.ceil(value), longest) : undefined;
}

/** So many plays at once are no bound any more. */
const MAX_GROUP_LIMIT = 10_000;

const LONGEST_ESCALATION_MS = 100 * 366 * 24 * 3600 * 1000;

/** A thousand years: longer ones mean "no end" and would not fit a time on the wire. */
const LONGEST_MS = 1000 * 366 * 24 * 3600 * 1000;

function readError(value: unknown): FlowError | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const error = value as Record<string, unknown>;
  return {
    type: cutText(asText(error.type), MAX_NAME),
    message: cutText(asText(error.message), MAX_MESSAGE),
    traceback: cutText(asText(error.traceback), MAX_TRACEBACK),
  };
}

function readAttempts(members: MemberReader): readonly SpanAttempt[] | undefined {
  const value = members.raw('attempts');
  if (!Array.isArray(value)) return undefined;
  const attempts: SpanAttempt[] = [];
  for (const item of value.slice(-MAX_ATTEMPTS)) {
    if (typeof item !== 'object' || item === null) continue;
    const one = createMemberReader(item as Record<string, unknown>);
    const end = one.raw('end_ms');
    const error = readError(one.raw('error'));
    const attempt = { attempt: one.count('attempt', 1), startMs: one.time('start_ms', 0) };
    attempts.push({
      ...attempt,
      ...(typeof end === 'number' ? { endMs: one.time('end_ms', 0) } : {}),
      ...(error === undefined ? {} : { error }),
    });
  }
  return attempts;
}

function readTags(members: MemberReader): Tags | undefined {
  const value = members.raw('tags');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const tags: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const [key, tag] of Object.entries(value).slice(0, MAX_TAGS)) tags[cutText(key, MAX_ID)] = boundTag(tag);
  return tags;
}

function boundTag(tag: unknown): unknown {
  if (typeof tag === 'string') return cutText(tag, MAX_TAG_BYTES);
  if (typeof tag !== 'object' || tag === null) return tag;
  const text = jsonOf(tag);
  if (text === undefined) return TOO_DEEP;
  return text.length <= MAX_TAG_BYTES ? tag : cutText(text, MAX_TAG_BYTES);
}

function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : (jsonOf(value) ?? TOO_DEEP);
}

const TOO_DEEP = '…[nested too deep]';
