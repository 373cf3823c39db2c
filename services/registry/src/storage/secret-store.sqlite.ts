// Sealed secrets in SQLite.

import type { Database, GroupCommit, Sql } from '@hero-logic/platform';
import type { SecretPlace, SecretStore } from '../domain/access/ports.ts';
import type { Secret } from '../domain/access/secret.ts';
import { type DocRow, parseDoc } from './registry-tables.sqlite.ts';

const PUT = 'INSERT OR REPLACE INTO access_secrets (namespace, name, doc) VALUES (?, ?, ?)';
const OF_ONE = 'SELECT doc FROM access_secrets WHERE namespace = ? AND name > ? ORDER BY name LIMIT ?';
const OF_ALL = 'SELECT doc FROM access_secrets WHERE (namespace, name) > (?, ?) ORDER BY namespace, name LIMIT ?';

export function createSqliteSecretStore(db: Database, commit: GroupCommit): SecretStore {
  const read = (sql: Sql, { namespace, name }: SecretPlace) =>
    parseDoc<Secret>(
      sql.get<DocRow>('SELECT doc FROM access_secrets WHERE namespace = ? AND name = ?', namespace, name),
    );
  return {
    get: async (place) => read(db, place),
    change: (place, change) =>
      commit.write((sql) => {
        const present = read(sql, place);
        const next = change(present);
        if (next !== present && next !== undefined) sql.run(PUT, place.namespace, place.name, JSON.stringify(next));
        return next;
      }),
    async list(namespace, after, limit) {
      const rows =
        namespace === undefined
          ? db.all<DocRow>(OF_ALL, after?.namespace ?? '', after?.name ?? '', limit)
          : db.all<DocRow>(OF_ONE, namespace, after?.name ?? '', limit);
      return rows.map((row) => JSON.parse(row.doc) as Secret);
    },
    remove: ({ namespace, name }) =>
      commit.write(
        (sql) => sql.run('DELETE FROM access_secrets WHERE namespace = ? AND name = ?', namespace, name).changes > 0,
      ),
  };
}
