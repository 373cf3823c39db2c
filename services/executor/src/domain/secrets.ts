// Secrets by name, and which workflows may ask for them. A value is read when it is asked for, so that a rotated one counts at once.

import { HeroError } from '@hero-logic/platform';

export interface SecretSpec {
  /** Names of the workflows that may ask; `*` stands for any characters. */
  readonly workflows: readonly string[];
  /** Reads the value; undefined: it is not there. */
  readonly read: () => string | undefined;
}

export type Secrets = ReadonlyMap<string, SecretSpec>;

export const NO_SECRETS: Secrets = new Map();

/** A shorter one could not be kept out of what a play shows. */
const SHORTEST = 8;

/** PERMISSION_DENIED, in the same words whether there is no such secret or it is for others. UNAVAILABLE: its value is not there. */
export function secretFor(secrets: Secrets, name: string, workflow: string): string {
  const spec = secrets.get(name);
  if (spec === undefined || !spec.workflows.some((pattern) => fits(pattern, workflow))) {
    throw new HeroError(
      'PERMISSION_DENIED',
      `there is no secret "${name}" for the workflow "${workflow}"; who runs the executor names both in HERO_LOGIC_SECRETS`,
      { metadata: { secret: name, workflow } },
    );
  }
  const value = spec.read();
  if (value !== undefined && value.length >= SHORTEST) return value;
  throw new HeroError(
    'UNAVAILABLE',
    value === undefined
      ? `the value of the secret "${name}" is not where HERO_LOGIC_SECRETS says`
      : `the secret "${name}" has fewer than ${SHORTEST} characters and could not be kept out of what the play shows`,
  );
}

function fits(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(name);
}
