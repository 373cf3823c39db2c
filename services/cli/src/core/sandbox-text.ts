// What the start-up lines say of the sandbox. It is said there even where nothing is logged.

export interface Sandbox {
  readonly tier: string;
  /** What is missing for a better one. */
  readonly missing: readonly string[];
}

export function sandboxText({ tier, missing }: Sandbox): string {
  if (tier === 'D') return 'NONE (tier D): flows run with all rights of this user; run only flows you trust';
  return missing.length === 0 ? `tier ${tier}` : `tier ${tier}, without ${missing.join('; ')}`;
}
