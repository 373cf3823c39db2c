/** What the page says in the top bar: where it is, and how live it is. */
export interface Crumb {
  readonly text: string;
  readonly href?: string;
  readonly code?: boolean;
}

let crumbs = $state.raw<readonly Crumb[]>([]);

export const breadcrumbs = {
  get list(): readonly Crumb[] {
    return crumbs;
  },
  set(list: readonly Crumb[]): void {
    crumbs = list;
  },
};
