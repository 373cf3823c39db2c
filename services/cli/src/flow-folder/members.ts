// Members of an object in a file, taken one by one. What is ill-typed or unknown is a UsageError that names the file and the member.

import { jsonElements, jsonMembers, jsonType } from '@hero-logic/platform/client';
import { UsageError } from '../core/usage-error.ts';
import { documentText } from './flow-file.ts';

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
  wrong(name: string, problem: string): UsageError;
}

export function createMembers(members: ReadonlyMap<string, string>, file: string, path = ''): Members {
  const asked = new Set<string>();
  const wrong = (name: string, problem: string) => new UsageError(`${file}: ${path}${name} ${problem}`);

  function take(name: string, type: string): string | undefined {
    asked.add(name);
    const raw = members.get(name);
    if (raw !== undefined && jsonType(raw) !== type) throw wrong(name, `must be a JSON ${type}, not ${jsonType(raw)}`);
    return raw;
  }

  function objectAt(raw: string, where: string): Members {
    if (jsonType(raw) !== 'object') throw wrong(where, `must be a JSON object, not ${jsonType(raw)}`);
    return createMembers(new Map(jsonMembers(raw)), file, `${path}${where}.`);
  }

  return {
    text: (name) => JSON.parse(take(name, 'string') ?? '""'),
    flag: (name) => take(name, 'boolean') === 'true',
    whole(name) {
      const number = Number(take(name, 'number') ?? 0);
      if (!Number.isSafeInteger(number) || number < 0) throw wrong(name, 'must be a whole number from 0');
      return number;
    },
    texts(name) {
      const all: unknown[] = JSON.parse(take(name, 'array') ?? '[]');
      if (!all.every((one) => typeof one === 'string')) throw wrong(name, 'must be a list of strings');
      return all;
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
      const unknown = [...members.keys()].find((name) => !asked.has(name));
      if (unknown !== undefined) throw wrong(unknown, `is unknown; known are ${[...asked].join(', ')}`);
    },
    wrong,
  };
}
