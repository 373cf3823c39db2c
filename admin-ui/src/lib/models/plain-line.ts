/** The first line of a Markdown text without its marks, for places that show one plain line. */
export function plainLine(markdown: string): string {
  const first = markdown.split('\n').find((line) => line.trim() !== '') ?? '';
  return first
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^[\s>#*-]+|\*{1,3}|`+/g, '')
    .trim();
}
