// What the doctor says: one finding for each thing it looked at, with what to do where something is wrong.

export interface Finding {
  /** What was looked at: "python", "data folder". */
  readonly check: string;
  /** `problem`: it does not work. `warning`: it works, but not as it should. */
  readonly level: 'ok' | 'warning' | 'problem';
  readonly said: string;
  /** What to do; empty when it is ok. */
  readonly fix: string;
}

export function ok(check: string, said: string): Finding {
  return { check, level: 'ok', said, fix: '' };
}

export function warning(check: string, said: string, fix: string): Finding {
  return { check, level: 'warning', said, fix };
}

export function problem(check: string, said: string, fix: string): Finding {
  return { check, level: 'problem', said, fix };
}

export function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
