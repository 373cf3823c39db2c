// How the rows of plays go: a statement a table, some plays at once.

import type { SideJob, SideWrite } from '@hero-logic/platform';

const AT_ONCE = 40;

export const REMOVE_ROWS: SideJob<readonly string[], void> = {
  module: import.meta.url,
  name: 'REMOVE_ROWS',
  run(write: SideWrite, playSids) {
    for (let from = 0; from < playSids.length; from += AT_ONCE) {
      const listed = JSON.stringify(playSids.slice(from, from + AT_ONCE));
      write((sql) => {
        for (const table of ['spans', 'span_logs', 'step_outputs']) {
          sql.run(`DELETE FROM ${table} WHERE play_sid IN (SELECT value FROM json_each(?))`, listed);
        }
      });
    }
  },
};
