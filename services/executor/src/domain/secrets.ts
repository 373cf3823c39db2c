// Secrets by name, and which workflows may ask for them. A value is read when it is asked for, so that a rotated one counts at once.

import { fitsPattern, HeroError } from '@hero-logic/platform';

export interface SecretSpec {
  /** Whose workflows may ask. */
  readonly namespace: string;
  /** Their names; `*` stands for any characters. */
  readonly workflows: readonly string[];
  /** Reads the value; undefined: it is not there. */
  readonly read: () => string | undefined;
}

export interface AskingWorkflow {
  readonly name: string;
  readonly namespace: string;
}

export type Secrets = ReadonlyMap<string, SecretSpec>;

export const NO_SECRETS: Secrets = new Map();

/** A shorter one could not be kept out of what a play shows. */
const SHORTEST = 8;

/** PERMISSION_DENIED, in the same words whether there is no such secret or it is for others. UNAVAILABLE: its value is not there. */
export function secretFor(secrets: Secrets, name: string, workflow: AskingWorkflow): string {
  const spec = secrets.get(name);
  const isFor = spec?.namespace === workflow.namespace && spec.workflows.some((p) => fitsPattern(p, workflow.name));
  if (spec === undefined || !isFor) throw refusedSecret(name, workflow.name);
  const value = spec.read();
  if (value !== undefined) return withinLengths(name, value);
  throw new HeroError('UNAVAILABLE', `the value of the secret "${name}" is not where HERO_LOGIC_SECRETS says`);
}

export function refusedSecret(name: string, workflow: string): HeroError {
  return new HeroError(
    'PERMISSION_DENIED',
    `there is no secret "${name}" for the workflow "${workflow}"; an administrator names both: hero-logic secret set, or HERO_LOGIC_SECRETS of the executor`,
    { metadata: { secret: name, workflow } },
  );
}

/** The value, unless it is too short to hide. */
export function withinLengths(name: string, value: string): string {
  if (value.length >= SHORTEST) return value;
  throw new HeroError(
    'UNAVAILABLE',
    `the secret "${name}" has fewer than ${SHORTEST} characters and could not be kept out of what the play shows`,
  );
}
