// A secret that the store keeps sealed, and who may have it.

import { fitsPattern, HeroError, invalid, type Vault, vaultKeyOf } from '@hero-logic/platform';

export interface Secret {
  readonly namespace: string;
  readonly name: string;
  /** Names of the workflows that may ask; `*` stands for any characters. */
  readonly workflows: readonly string[];
  /** As the vault made it. */
  readonly sealed: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly updatedBy: string;
}

export interface SecretChange {
  readonly namespace: string;
  readonly name: string;
  /** undefined: it stays. */
  readonly value: string | undefined;
  /** Empty = they stay. */
  readonly workflows: readonly string[];
  readonly by: string;
  readonly now: number;
}

/** What becomes of the secret; a new one needs both a value and workflows. */
export function changedSecret(present: Secret | undefined, change: SecretChange, vault: Vault): Secret {
  const { namespace, name, value, workflows, by, now } = change;
  const missing = [
    ...(value === undefined && present === undefined ? [missingField('value', 'the text that flows get')] : []),
    ...(workflows.length === 0 && present === undefined
      ? [missingField('workflows', 'the names of the workflows that may ask, such as ["bill_*"]')]
      : []),
  ];
  if (missing.length > 0) throw invalid(missing);
  return {
    namespace,
    name,
    workflows: workflows.length === 0 ? (present as Secret).workflows : [...workflows],
    sealed: value === undefined ? (present as Secret).sealed : vault.seal(value, contextOf(namespace, name)),
    createdAt: present?.createdAt ?? now,
    updatedAt: now,
    updatedBy: by,
  };
}

/** undefined: it is for other workflows. */
export function secretValue(secret: Secret, workflow: string, vault: Vault): string | undefined {
  if (!secret.workflows.some((pattern) => fitsPattern(pattern, workflow))) return undefined;
  return vault.open(secret.sealed, contextOf(secret.namespace, secret.name));
}

/** The same secret under the newest key; the same object when it is, or when its key is not there. */
export function rewrappedSecret(secret: Secret, vault: Vault): Secret {
  const sealed = vault.rewrapped(secret.sealed);
  return sealed === undefined ? secret : { ...secret, sealed };
}

export function keyOfSecret({ sealed }: Secret): string {
  return vaultKeyOf(sealed);
}

export function noSecret(name: string): HeroError {
  return new HeroError('SECRET_NOT_FOUND', `no secret has the name "${name}"`, { metadata: { name } });
}

function missingField(field: string, what: string) {
  return { field, description: `is needed, because this secret is new: ${what}` };
}

function contextOf(namespace: string, name: string): string {
  return `secret ${namespace}/${name}`;
}
