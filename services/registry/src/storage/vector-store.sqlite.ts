// Vectors in SQLite, by key; little-endian floats of 32 bits.

import type { Database, GroupCommit } from '@hero-logic/platform';
import type { VectorStore } from '../domain/library/semantic.ts';

interface VectorRow {
  readonly key: string;
  readonly vector: Uint8Array;
}

export function createSqliteVectorStore(db: Database, commit: GroupCommit): VectorStore {
  return {
    async get(keys) {
      const rows = db.all<VectorRow>(
        'SELECT key, vector FROM registry_vectors WHERE key IN (SELECT value FROM json_each(?))',
        JSON.stringify(keys),
      );
      return new Map(rows.map(({ key, vector }) => [key, new Float32Array(vector.slice().buffer)]));
    },
    put: (vectors) =>
      commit.write((sql) => {
        for (const [key, vector] of vectors) {
          const bytes = new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
          sql.run('INSERT OR REPLACE INTO registry_vectors (key, vector) VALUES (?, ?)', key, bytes);
        }
      }),
    keepOnly: (keys) =>
      commit.write((sql) => {
        sql.run('DELETE FROM registry_vectors WHERE key NOT IN (SELECT value FROM json_each(?))', JSON.stringify(keys));
      }),
  };
}
