import { isRecord, members, objectText, parseJson, pretty } from './json.ts';

/** How a finished play's output is shown: a text to read where there is one, the rest as JSON. */
export interface Result {
  readonly markdown: string | undefined;
  readonly json: string | undefined;
}

const MAIN = ['report', 'markdown'];
/** A longer text is not rendered: it is shown as it is. */
const LONGEST_MARKDOWN = 100_000;

export function resultFromText(text: string): Result {
  const parsed = parseJson(text);
  if (!parsed.ok) return { markdown: undefined, json: text === '' ? undefined : text };
  if (typeof parsed.value === 'string') return ofText(parsed.value);
  if (!isRecord(parsed.value)) return { markdown: undefined, json: pretty(text) };
  const value = parsed.value;
  const main = mainMember(value);
  if (main === undefined || (value[main] as string).length > LONGEST_MARKDOWN)
    return { markdown: undefined, json: pretty(text) };
  const rest = [...(members(text) ?? [])].filter(([name]) => name !== main);
  return { markdown: value[main] as string, json: rest.length === 0 ? undefined : pretty(objectText(rest)) };
}

function ofText(text: string): Result {
  return text.length > LONGEST_MARKDOWN ? { markdown: undefined, json: text } : { markdown: text, json: undefined };
}

/** `report` or `markdown`; else the only member, or the only one that reads like Markdown. */
function mainMember(value: Record<string, unknown>): string | undefined {
  const named = MAIN.find((name) => typeof value[name] === 'string' && value[name] !== '');
  if (named !== undefined) return named;
  const texts = Object.keys(value).filter((name) => typeof value[name] === 'string');
  if (texts.length === 1 && Object.keys(value).length === 1) return texts[0];
  const long = texts.filter((name) => readsLikeMarkdown(value[name] as string));
  return long.length === 1 ? long[0] : undefined;
}

function readsLikeMarkdown(text: string): boolean {
  return text.includes('\n') && /^(#{1,6} |[-*] |\d+\. |> |```|\|)|\*\*|\n\n/m.test(text);
}
