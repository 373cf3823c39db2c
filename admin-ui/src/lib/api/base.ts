// Where this UI lives: "" at the root of a host, "/flows" below a prefix. The server writes it into <base>, so that links of the pages are
// relative to it and never begin with a slash.

export const BASE_PATH = new URL(document.baseURI).pathname.replace(/\/$/, '');

/** "https://example.com/flows", without a slash at its end. */
export function baseUrl(): string {
  return `${location.origin}${BASE_PATH}`;
}

/** The path of the page that is shown, below the prefix: "/plays/01k...". */
export function pagePath(): string {
  const path = location.pathname;
  return path.startsWith(`${BASE_PATH}/`) ? path.slice(BASE_PATH.length) : path;
}
