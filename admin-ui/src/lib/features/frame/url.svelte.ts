import { route } from '../../../router.ts';

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
