import { errorGroups } from '../../api/clients/error-groups.ts';
import { type ApiError, toApiError } from '../../api/errors.ts';
import { createLoad, type Load } from '../../api/load.svelte.ts';
import { type ErrorGroup, errorGroupFromPb, type GroupState, groupStateToPb } from '../../models/error-group.ts';
import { me } from '../answers/me.svelte.ts';

export interface Groups
  extends Load<{ readonly of: GroupState; readonly list: readonly ErrorGroup[]; readonly more: boolean }> {
  /** Why the last decision was refused. */
  readonly refused: ApiError | undefined;
  decide(group: ErrorGroup, next: GroupState): Promise<void>;
}

/** Failures that plays have in common, as the server counts them; the one seen last first. */
export function createGroups(which: () => GroupState, pageSize: number): Groups {
  let refused = $state.raw<ApiError>();
  const load = createLoad(async (signal) => {
    const of = which();
    const page = await errorGroups.listErrorGroups({ state: groupStateToPb(of), pageSize }, { signal });
    return { of, list: page.groups.map(errorGroupFromPb), more: page.nextPageToken !== '' };
  });
  return {
    get data() {
      return load.data;
    },
    get error() {
      return load.error;
    },
    get busy() {
      return load.busy;
    },
    get refused() {
      return refused;
    },
    reload: load.reload,
    stop: load.stop,
    async decide(group, next) {
      refused = undefined;
      try {
        await errorGroups.setErrorGroupState({
          fingerprint: group.fingerprint,
          state: groupStateToPb(next),
          by: me.name,
        });
      } catch (caught) {
        refused = toApiError(caught);
      }
      await load.reload();
    },
  };
}
