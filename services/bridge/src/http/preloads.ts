// The files that a page of the admin UI needs besides those of every page, as links for its head. The build says which (pages.json).

/** Of a path without its prefix the links, all in one text. `pages`: {"/plays/:sid": ["assets/Play.js"]}. */
export function preloadsOf(pages: string): (path: string) => string {
  const known = Object.entries(JSON.parse(pages) as Record<string, string[]>).map(([route, files]) => ({
    parts: route.split('/'),
    links: files.map(linkOf).join(''),
  }));
  return (path) => {
    const asked = path.split('/');
    return known.find(({ parts }) => fits(parts, asked))?.links ?? '';
  };
}

/** Written as the build writes them, so that the browser asks for each file once. */
function linkOf(file: string): string {
  return `<link rel="${file.endsWith('.css') ? 'stylesheet' : 'modulepreload'}" crossorigin href="${file}" />`;
}

function fits(parts: readonly string[], asked: readonly string[]): boolean {
  return parts.length === asked.length && parts.every((part, at) => part.startsWith(':') || part === asked[at]);
}
