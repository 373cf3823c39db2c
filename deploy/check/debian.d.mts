export function aptOf(
  folder: string,
  which: { readonly release: string; readonly architecture?: string },
): { APT_CONFIG: string };
