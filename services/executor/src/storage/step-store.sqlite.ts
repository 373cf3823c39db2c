import type { Database } from '@hero-logic/platform';
import type { StepStore } from '../domain/ports.ts';

interface StepRow {
  position: number;
  step_key: string;
  span_id: string;
  name: string;
  within: string;
  output: string;
}

export function createSqliteStepStore(db: Database): StepStore {
  return {
    async page(playSid, after, limit) {
      const rows = db.all<StepRow>(PAGE, playSid, after, limit);
      const steps = rows.map((row) => ({
        stepKey: row.step_key,
        spanId: row.span_id,
        name: row.name,
        within: row.within,
        output: row.output,
      }));
      return { steps, next: rows.length < limit ? undefined : rows.at(-1)?.position };
    },
    async outputOf(playSid, spanId, name) {
      return db.get<{ output: string }>(OUTPUT_OF, playSid, spanId, name)?.output;
    },
  };
}

const PAGE = `SELECT position, step_key, span_id, name, within, output FROM step_outputs INDEXED BY step_outputs_by_play
  WHERE play_sid = ? AND position > ? ORDER BY position LIMIT ?`;
const OUTPUT_OF = `SELECT output FROM step_outputs INDEXED BY step_outputs_by_play
  WHERE play_sid = ? AND span_id = ? AND name = ? ORDER BY position DESC LIMIT 1`;
