import { join } from 'node:path';
import { createGroupCommit, openDatabase } from '@hero-logic/platform';
import { createTempDir } from '@hero-logic/platform/testing';
import { describeStores } from './stores.conformance.ts';
import { createSqliteStores } from './stores.sqlite.ts';

describeStores('sqlite', async () => {
  const folder = createTempDir();
  const closers: (() => void)[] = [];
  const open = () => {
    const db = openDatabase(join(folder.path, 'db.sqlite'));
    closers.push(() => db.close());
    return createSqliteStores({ db, commit: createGroupCommit(db) });
  };
  return {
    stores: open(),
    reopen: async () => open(),
    close: async () => {
      for (const close of closers) close();
      folder.remove();
    },
  };
});
