// Fills the search's index once after the start, so that the first search need not wait for it.

import type { Log, Loop } from '@hero-logic/platform';
import type { LibrarySearch } from '../domain/library/library-search.ts';

export function createLibraryLoop(library: LibrarySearch, log: Log): Loop {
  return {
    name: 'library',
    async run(signal) {
      // A search would try again and say what is wrong.
      await library
        .prepare(signal)
        .catch((error: unknown) => log.warn({ err: error }, 'the library could not be read'));
    },
  };
}
