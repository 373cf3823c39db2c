// The bounds of a run: what the version asks for, else the executor's defaults.

export interface Limits {
  /** Time running over all runs of the play, in milliseconds. */
  readonly wallMs: number;
  /** CPU seconds of one run. */
  readonly cpuS: number;
  /** MiB. */
  readonly memoryMb: number;
  readonly network: 'none' | 'any';
}

/** 0 and '' mean the default. */
export function limitsOf(
  asked: { readonly wallMs: number; readonly cpuS: number; readonly memoryMb: number; readonly network: string },
  defaults: Limits,
): Limits {
  return {
    wallMs: asked.wallMs || defaults.wallMs,
    cpuS: asked.cpuS || defaults.cpuS,
    memoryMb: asked.memoryMb || defaults.memoryMb,
    network: asked.network === 'any' || asked.network === 'none' ? asked.network : defaults.network,
  };
}
