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

/** Changes parameters of the page that is shown, in place: the page does not jump and history does not grow. */
export function setParams(changes: Readonly<Record<string, string>>): void {
  const search = searchWith(changes);
  if (search === window.location.search) return;
  void (navigate as Navigate)(window.location.pathname, { search, replace: true, scrollToTop: false });
}
