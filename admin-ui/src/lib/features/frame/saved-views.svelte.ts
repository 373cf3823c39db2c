import { isRecord, parseJson } from '../../models/json.ts';
import { readStored, writeStored } from './stored.ts';

/** A filter of plays under a name, kept in this browser. */
export interface SavedView {
  readonly name: string;
  readonly filter: string;
}

function read(): SavedView[] {
  const parsed = parseJson(readStored('saved-views') ?? '[]');
  if (!parsed.ok || !Array.isArray(parsed.value)) return [];
  return parsed.value
    .filter(isRecord)
    .map((v) => ({ name: String(v.name ?? ''), filter: String(v.filter ?? '') }))
    .filter((v) => v.name !== '');
}

let list = $state.raw<readonly SavedView[]>(read());

function keep(next: readonly SavedView[]): void {
  list = next;
  writeStored('saved-views', JSON.stringify(next));
}

export const savedViews = {
  get list(): readonly SavedView[] {
    return list;
  },
  save(name: string, filter: string): void {
    keep([...list.filter((v) => v.name !== name), { name, filter }]);
  },
  remove(name: string): void {
    keep(list.filter((v) => v.name !== name));
  },
};
