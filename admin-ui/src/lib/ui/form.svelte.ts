import { toApiError, violationsByField } from '../api/errors.ts';

/** What a form in a dialog has to say: which field is wrong, and what went wrong besides. */
export interface FormState {
  readonly busy: boolean;
  readonly failure: string;
  /** Of one field; empty = nothing is wrong with it. */
  error(field: string): string;
  /** Sends, unless a field is wrong beforehand. True when the server took it. */
  send(wrong: Readonly<Record<string, string>>, call: () => Promise<void>): Promise<boolean>;
}

/** `fields` as the server names them. */
export function createForm(fields: readonly string[]): FormState {
  let errors = $state.raw<ReadonlyMap<string, string>>(new Map());
  let failure = $state('');
  let busy = $state(false);
  return {
    get busy() {
      return busy;
    },
    get failure() {
      return failure;
    },
    error: (field) => errors.get(field) ?? '',
    async send(wrong, call) {
      failure = '';
      errors = new Map(Object.entries(wrong).filter(([, text]) => text !== ''));
      if (errors.size > 0) return false;
      busy = true;
      try {
        await call();
        return true;
      } catch (caught) {
        const error = toApiError(caught);
        errors = violationsByField(error.violations, [], fields);
        if (errors.size === 0) failure = `${error.message} ${error.reason}`;
        return false;
      } finally {
        busy = false;
      }
    },
  };
}
