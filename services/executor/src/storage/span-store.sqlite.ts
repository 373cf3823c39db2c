import type { Database } from '@hero-logic/platform';
import type { LogLine } from '../domain/play-log.ts';
import type { SpanStore, StoredSpan } from '../domain/ports.ts';
import { readSpan } from '../domain/span.ts';
import type { SpanRecord } from '../domain/span-tree.ts';

interface SkeletonRow {
  doc: string;
  ord: number;
  seq: number;
  again: number;
}

interface SpanRow extends SkeletonRow {
  input: string;
  output: string;
}

interface LogRow {
  seq: number;
  span_id: string;
  at_ms: number;
  stream: LogLine['stream'];
  text: string;
}

export function createSqliteSpanStore(db: Database): SpanStore {
  function page<T>(
    columns: string,
    playSid: string,
    afterSeq: number,
    limit: number,
    parentId: string | undefined,
  ): T[] {
    const head = `SELECT ${columns} FROM spans`;
    return parentId === undefined
      ? db.all<T>(`${head} WHERE play_sid = ? AND seq > ? ORDER BY seq LIMIT ?`, playSid, afterSeq, limit)
      : db.all<T>(
          `${head} INDEXED BY spans_by_parent WHERE play_sid = ? AND parent_id = ? AND seq > ? ORDER BY seq LIMIT ?`,
          playSid,
          parentId,
          afterSeq,
          limit,
        );
  }

  return {
    async list(playSid, { afterSeq, limit, parentId }) {
      return page<SpanRow>(`${SKELETON}, input, output`, playSid, afterSeq, limit, parentId).map(storedSpan);
    },
    async listSkeletons(playSid, { afterSeq, limit, parentId }) {
      return page<SkeletonRow>(SKELETON, playSid, afterSeq, limit, parentId).map(skeleton);
    },
    async listInOrder(playSid, from, limit) {
      return db.all<SkeletonRow>(IN_ORDER, playSid, from, limit).map(skeleton);
    },
    async listAttention(playSid, from, limit) {
      return db.all<SkeletonRow>(ATTENTION, playSid, from, limit).map(skeleton);
    },
    async get(playSid, spanId) {
      const row = db.get<SkeletonRow>(BY_ID, playSid, spanId);
      return row === undefined ? undefined : skeleton(row);
    },
    async summary(playSid) {
      const count = db.get<{ n: number }>('SELECT count(*) AS n FROM spans WHERE play_sid = ?', playSid)?.n ?? 0;
      const last = db.get<{ seq: number | null }>('SELECT max(seq) AS seq FROM spans WHERE play_sid = ?', playSid);
      return { count, seq: last?.seq ?? 0 };
    },
    async listLogs(playSid, { afterSeq, limit, spanId }) {
      const rows =
        spanId === undefined
          ? db.all<LogRow>(LOGS, playSid, afterSeq, limit)
          : db.all<LogRow>(LOGS_OF_SPAN, playSid, spanId, afterSeq, limit);
      return rows.map(logLine);
    },
    async lastLogs(playSid, spanIds, perSpan) {
      const found = new Map<string, LogLine[]>();
      for (const spanId of spanIds) {
        const rows = db.all<LogRow>(LAST_LOGS, playSid, spanId, perSpan);
        if (rows.length > 0) found.set(spanId, rows.map(logLine).reverse());
      }
      return found;
    },
    async logSummary(playSid) {
      const sum = db.get<{ seq: number | null; bytes: number | null }>(LOG_SUMMARY, playSid);
      if (!sum?.seq) return { seq: 0, bytes: 0, lastText: '' };
      const last = db.get<LogRow>(LOGS, playSid, sum.seq - 1, 1);
      return { seq: sum.seq, bytes: sum.bytes ?? 0, lastText: last?.text ?? '' };
    },
  };
}

const SKELETON = 'doc, ord, seq, again';
const IN_ORDER = `SELECT ${SKELETON} FROM spans WHERE play_sid = ? AND ord >= ? ORDER BY ord LIMIT ?`;
const ATTENTION = `SELECT ${SKELETON} FROM spans WHERE play_sid = ? AND attention = 1 AND ord >= ? ORDER BY ord LIMIT ?`;
const BY_ID = `SELECT ${SKELETON} FROM spans WHERE play_sid = ? AND span_id = ?`;
const LOG = 'seq, span_id, at_ms, stream, text';
const LOGS = `SELECT ${LOG} FROM span_logs WHERE play_sid = ? AND seq > ? ORDER BY seq LIMIT ?`;
const LOGS_OF_SPAN = `SELECT ${LOG} FROM span_logs WHERE play_sid = ? AND span_id = ? AND seq > ? ORDER BY seq LIMIT ?`;
const LAST_LOGS = `SELECT ${LOG} FROM span_logs WHERE play_sid = ? AND span_id = ? ORDER BY seq DESC LIMIT ?`;
const LOG_SUMMARY = 'SELECT max(seq) AS seq, sum(octet_length(text)) AS bytes FROM span_logs WHERE play_sid = ?';

function skeleton(row: SkeletonRow): SpanRecord {
  return { span: readSpan(row.doc, row.again), order: row.ord, seq: row.seq };
}

function storedSpan(row: SpanRow): StoredSpan {
  return { ...skeleton(row), input: row.input, output: row.output };
}

function logLine(row: LogRow): LogLine {
  return { seq: row.seq, spanId: row.span_id, atMs: row.at_ms, stream: row.stream, text: row.text };
}
