// HERO_LOGIC_GROUPS: {"finance": ["ana", "bo"]}, or a file that holds it: whom questions may name as a group.

import { readFileSync } from 'node:fs';
import { ConfigError, type Env, envText } from '@hero-logic/platform';

export function groupsConfig(env: Env): ReadonlyMap<string, ReadonlySet<string>> {
  const text = envText(env, 'HERO_LOGIC_GROUPS', '');
  if (text === '') return new Map();
  return new Map(Object.entries(objectIn(text)).map(([group, members]) => [group, membersOf(group, members)]));
}

function objectIn(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text.trimStart().startsWith('{') ? text : readFileSync(text, 'utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (error) {
    throw refusal(`cannot be read: ${(error as Error).message}`);
  }
  throw refusal('must be a JSON object of lists of names by group, or a file that holds one');
}

function membersOf(group: string, members: unknown): ReadonlySet<string> {
  const isList =
    Array.isArray(members) && members.length > 0 && members.every((m) => typeof m === 'string' && m !== '');
  if (!isList) throw refusal(`needs a list of names for "${group}", such as ["ana", "bo"]`);
  return new Set(members as string[]);
}

function refusal(problem: string): ConfigError {
  return new ConfigError('HERO_LOGIC_GROUPS', problem);
}
