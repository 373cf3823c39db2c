import { navigate, route } from '../../../router.ts';
import { pagePath } from '../../api/base.ts';

/** A search parameter as text (the router would make a number of an id such as 12e4). Reactive. */
export function urlParam(name: string): string {
  void route.search;
  return new URLSearchParams(window.location.search).get(name) ?? '';
}

/** `path` as it is now with some parameters changed; empty = left out. */
export function searchWith(changes: Readonly<Record<string, string>>): string {
  const params = new URLSearchParams(window.location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === '') params.delete(name);
    else params.set(name, value);
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

interface Options {
  readonly search?: string;
  readonly replace?: boolean;
  readonly scrollToTop?: false;
}
type Navigate = (path: string, options: Options) => Promise<unknown>;

/** False if a link or the way back was faster: to a call of its own that these overtake, the router answers with a promise that waits for itself. */
async function to(path: string, options: Options): Promise<boolean> {
  try {
    await (navigate as Navigate)(path, options);
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/** On the way to another page whose files are still being loaded. */
let leaving = false;

export function leave(): void {
  leaving = true;
}

export function arrive(): void {
  leaving = false;
}

/** To any page, by its address below that of the UI: "plays/01k...?view=graph", "." for home. */
export async function go(href: string): Promise<void> {
  const [path = '', search = ''] = href.split('?');
  leave();
  if (await to(path === '.' ? '/' : `/${path}`, search === '' ? {} : { search: `?${search}` })) arrive();
}

/** Changes that the router has not written yet: a second change must not lose the first. */
let pending: { readonly path: string; readonly changes: Readonly<Record<string, string>> } = { path: '', changes: {} };

/**
 * Changes parameters of the page that is shown, in place: the page does not jump and history does not grow. A page that is being left changes
 * nothing: the router would take that for the newer wish, and stay.
 */
export function setParams(changes: Readonly<Record<string, string>>): void {
  if (leaving) return;
  const path = pagePath();
  const mine = { path, changes: { ...(pending.path === path ? pending.changes : {}), ...changes } };
  pending = mine;
  const search = searchWith(mine.changes);
  void to(path, { search, replace: true, scrollToTop: false }).then(() => {
    if (pending === mine) pending = { path: '', changes: {} };
  });
}
