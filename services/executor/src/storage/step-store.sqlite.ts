import type { Database } from '@hero-logic/platform';
import type { StepStore } from '../domain/ports.ts';
import type { StepHead } from '../domain/record-copy.ts';

interface HeadRow {
  position: number;
  step_key: string;
  span_id: string;
  name: string;
  within: string;
  version_sid: string;
  spans_before: number;
  optional: number;
}

interface StepRow extends HeadRow {
  output: string;
}

export function createSqliteStepStore(db: Database): StepStore {
  return {
    async heads(playSid, after, limit) {
      const rows = db.all<HeadRow>(HEADS, playSid, after, limit);
      return { steps: rows.map(headOf), next: nextOf(rows, limit) };
    },
    async page(playSid, after, limit) {
      const rows = db.all<StepRow>(PAGE, playSid, after, limit);
      const steps = rows.map((row) => ({ ...headOf(row), optional: row.optional === 1, output: row.output }));
      return { steps, next: nextOf(rows, limit) };
    },
    async outputOf(playSid, spanId, name) {
      return db.get<{ output: string }>(OUTPUT_OF, playSid, spanId, name)?.output;
    },
  };
}

function headOf(row: HeadRow): StepHead {
  return {
    stepKey: row.step_key,
    spanId: row.span_id,
    name: row.name,
    within: row.within,
    versionSid: row.version_sid,
    spansBefore: row.spans_before,
  };
}

function nextOf(rows: readonly HeadRow[], limit: number): number | undefined {
  return rows.length < limit ? undefined : rows.at(-1)?.position;
}

// The output stands last in its row, so that what comes before it is read without it.
const HEAD = 'position, step_key, span_id, name, within, version_sid, spans_before, optional';
const OF_PLAY = 'FROM step_outputs INDEXED BY step_outputs_by_play WHERE play_sid = ?';
const HEADS = `SELECT ${HEAD} ${OF_PLAY} AND position > ? ORDER BY position LIMIT ?`;
const PAGE = `SELECT ${HEAD}, output ${OF_PLAY} AND position > ? ORDER BY position LIMIT ?`;
const OUTPUT_OF = `SELECT output ${OF_PLAY} AND span_id = ? AND name = ? ORDER BY position DESC LIMIT 1`;
