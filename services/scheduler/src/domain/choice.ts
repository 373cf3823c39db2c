// The choice of a version as the scheduler needs it.

/** What a start names instead of a version to have one chosen. */
export const AUTO_VERSION = 'auto';

export interface ChoiceRequest {
  readonly workflowSid: string;
  /** In the user's words; empty = none. */
  readonly userRequest: string;
  readonly weights: { readonly cost: number; readonly speed: number; readonly accuracy: number };
}

export interface ChosenVersion {
  readonly versionSid: string;
  /** How it was chosen, JSON text; kept with the play. */
  readonly record: string;
}

export interface Choice {
  pick(request: ChoiceRequest): Promise<ChosenVersion>;
}
