import { writeStored } from './stored.ts';

export type Theme = 'light' | 'dark' | 'system';

function stored(): Theme {
  const set = document.documentElement.dataset.theme;
  return set === 'light' || set === 'dark' ? set : 'system';
}

let current = $state<Theme>(stored());

export const theme = {
  get current(): Theme {
    return current;
  },
  set(next: Theme): void {
    current = next;
    if (next === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    writeStored('theme', next);
  },
};
