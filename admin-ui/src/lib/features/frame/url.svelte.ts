import { navigate, route } from '../../../router.ts';

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

type Navigate = (path: string, options: { search?: string; replace?: boolean; scrollToTop?: false }) => unknown;

/** To any address of this UI. */
export async function go(href: string): Promise<void> {
  const [path = '/', search = ''] = href.split('?');
  await (navigate as Navigate)(path, search === '' ? {} : { search: `?${search}` });
}

/** Changes that the router has not written yet: a second change must not lose the first. */
let pending: { readonly path: string; readonly changes: Readonly<Record<string, string>> } = { path: '', changes: {} };

/** Changes parameters of the page that is shown, in place: the page does not jump and history does not grow. */
export function setParams(changes: Readonly<Record<string, string>>): void {
  const path = window.location.pathname;
  const mine = { path, changes: { ...(pending.path === path ? pending.changes : {}), ...changes } };
  pending = mine;
  const search = searchWith(mine.changes);
  const written = (navigate as Navigate)(path, { search, replace: true, scrollToTop: false });
  void Promise.resolve(written).then(() => {
    if (pending === mine) pending = { path: '', changes: {} };
  });
}
