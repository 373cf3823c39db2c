// What a page says of itself in its address: behind the # here, where a file has no search.

let params = $state.raw(new URLSearchParams(location.hash.slice(1)));

addEventListener('hashchange', () => {
  params = new URLSearchParams(location.hash.slice(1));
});

export function urlParam(name: string): string {
  return params.get(name) ?? '';
}

export function setParams(changes: Readonly<Record<string, string>>): void {
  const next = new URLSearchParams(params);
  for (const [name, value] of Object.entries(changes)) {
    if (value === '') next.delete(name);
    else next.set(name, value);
  }
  params = next;
  history.replaceState(null, '', `#${next}`);
}
