/** A choice kept in this browser. Where storage is closed to us it holds until the page is left. */
export function readStored(name: string): string | undefined {
  try {
    return localStorage.getItem(name) ?? undefined;
  } catch {
    return undefined;
  }
}

export function writeStored(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    // Said above: it holds until the page is left.
  }
}
