// Parents and children: who has to be told of an end, and which children nobody waits for any more.

import type { Database, GroupCommit } from '@hero-logic/platform';
import type { LeftChild, PlayStore } from '../domain/play-store.ts';
import { playFromDoc } from './play-rows.ts';

type Families = Pick<PlayStore, 'listUntoldChildren' | 'markTold' | 'listLeftChildren' | 'markLeft' | 'hasFamilyWork'>;

const UNTOLD = `plays INDEXED BY plays_untold WHERE parent_resume_id <> '' AND told IS NULL
  AND status IN ('success', 'failed', 'cancelled', 'timed_out')`;
const LEFT = `play_pauses INDEXED BY play_pauses_left WHERE child_sid IS NOT NULL AND state = 'withdrawn' AND child_left IS NULL`;

export function createPlayFamilies(db: Database, commit: GroupCommit): Families {
  return {
    listUntoldChildren: async (atMost) =>
      db.all<{ doc: string }>(`SELECT doc FROM ${UNTOLD} LIMIT ?`, atMost).map(({ doc }) => playFromDoc(doc)),
    async markTold(childSids) {
      if (childSids.length === 0) return;
      await commit.write((sql) => {
        for (const sid of childSids) sql.run('UPDATE plays SET told = 1 WHERE sid = ?', sid);
      });
    },
    async listLeftChildren(atMost, parentPlaySid) {
      const columns = 'play_sid AS playSid, id AS resumeId, child_sid AS childPlaySid';
      return parentPlaySid === undefined
        ? db.all<LeftChild>(`SELECT ${columns} FROM ${LEFT} LIMIT ?`, atMost)
        : db.all<LeftChild>(`SELECT ${columns} FROM ${LEFT} AND play_sid = ? LIMIT ?`, parentPlaySid, atMost);
    },
    async markLeft(children) {
      if (children.length === 0) return;
      await commit.write((sql) => {
        for (const { playSid, resumeId } of children) {
          sql.run('UPDATE play_pauses SET child_left = 1 WHERE play_sid = ? AND id = ?', playSid, resumeId);
        }
      });
    },
    hasFamilyWork: async () =>
      db.get(`SELECT 1 FROM ${UNTOLD} LIMIT 1`) !== undefined || db.get(`SELECT 1 FROM ${LEFT} LIMIT 1`) !== undefined,
  };
}
