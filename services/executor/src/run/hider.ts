// Keeps out of everything that a run sends what it was given in confidence: the key of the endpoint for models, and the secrets it asked for.

import { secretForms } from '../domain/secret-forms.ts';

export interface Hider {
  /** From now on `mark` stands in the place of the value, in every form that it may have. */
  add(value: string, mark: string): void;
  /** The text without what is hidden. */
  hide(text: string): string;
  hidesNothing(): boolean;
}

export function createHider(): Hider {
  let hidden: { readonly form: string; readonly mark: string }[] = [];
  return {
    add(value, mark) {
      if (hidden.some(({ form }) => form === value)) return;
      const more = secretForms(value).map((form) => ({ form, mark }));
      hidden = [...hidden, ...more].sort((a, b) => b.form.length - a.form.length);
    },
    hide(text) {
      let shown = text;
      for (const { form, mark } of hidden) shown = shown.replaceAll(form, mark);
      return shown;
    },
    hidesNothing: () => hidden.length === 0,
  };
}
