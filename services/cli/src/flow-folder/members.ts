// Members of an object in a file, taken one by one. What is ill-typed or unknown is a problem that names the file and the member, and the member
// then counts as left out: so all that is wrong is found at once.

import { jsonElements, jsonMembers, jsonType } from '@hero-logic/platform/client';
import { documentText } from './flow-file.ts';

export interface FileProblem {
  /** A file, and what in it. */
  readonly place: string;
  readonly description: string;
}

export interface Members {
  text(name: string): string;
  whole(name: string): number;
  flag(name: string): boolean;
  texts(name: string): string[];
  /** A document as JSON text; empty = none. */
  document(name: string): string;
  documents(name: string): Record<string, string>;
  object(name: string): Members;
  objects(name: string): Members[];
  /** After all others: members that nobody asked for are unknown. */
  end(): void;
  wrong(name: string, description: string): void;
}

/** What is wrong is added to `problems`. */
export function createMembers(
  members: ReadonlyMap<string, string>,
  file: string,
  problems: FileProblem[],
  path = '',
): Members {
  const asked = new Set<string>();
  const wrong = (name: string, description: string) =>
    void problems.push({ place: `${file}: ${path}${name}`, description });

  function isOf(raw: string, type: string, name: string): boolean {
    const found = jsonType(raw);
    if (found !== type) wrong(name, `must be a JSON ${type}, not ${found}`);
    return found === type;
  }

  function take(name: string, type: string): string | undefined {
    asked.add(name);
    const raw = members.get(name);
    return raw !== undefined && isOf(raw, type, name) ? raw : undefined;
  }

  function objectAt(raw: string, where: string): Members {
    const inside = isOf(raw, 'object', where) ? jsonMembers(raw) : [];
    return createMembers(new Map(inside), file, problems, `${path}${where}.`);
  }

  return {
    text: (name) => JSON.parse(take(name, 'string') ?? '""'),
    flag: (name) => take(name, 'boolean') === 'true',
    whole(name) {
      const number = Number(take(name, 'number') ?? 0);
      if (Number.isSafeInteger(number) && number >= 0) return number;
      wrong(name, 'must be a whole number from 0');
      return 0;
    },
    texts(name) {
      const all: unknown[] = JSON.parse(take(name, 'array') ?? '[]');
      if (all.every((one) => typeof one === 'string')) return all;
      wrong(name, 'must be a list of strings');
      return [];
    },
    document(name) {
      asked.add(name);
      const raw = members.get(name);
      return raw === undefined ? '' : documentText(raw);
    },
    documents(name) {
      const all = jsonMembers(take(name, 'object') ?? '{}');
      return Object.fromEntries(all.map(([key, raw]) => [key, documentText(raw)]));
    },
    object: (name) => objectAt(take(name, 'object') ?? '{}', name),
    objects: (name) => jsonElements(take(name, 'array') ?? '[]').map((raw, i) => objectAt(raw, `${name}[${i}]`)),
    end() {
      for (const name of members.keys())
        if (!asked.has(name)) wrong(name, `is unknown; known are ${[...asked].join(', ')}`);
    },
    wrong,
  };
}
