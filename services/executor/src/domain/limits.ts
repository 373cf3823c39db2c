// The bounds of a run: what the version asks for, else the executor's defaults.

export interface Limits {
  /** Time running over all runs of the play, in milliseconds. */
  readonly wallMs: number;
  /** CPU seconds of one run. */
  readonly cpuS: number;
  /** MiB. */
  readonly memoryMb: number;
  readonly network: Network;
  /** What network 'hosts' reaches. */
  readonly hosts: readonly string[];
  /** MiB; 0 = as the sandbox has it, as for the two below. */
  readonly diskMb: number;
  readonly openFiles: number;
  readonly threads: number;
  /** KiB of log lines, and spans, that are kept; 0 = as the executor has it. */
  readonly outputKb: number;
  readonly maxSpans: number;
  /** Lines of the wire that are taken in a second, and KiB of one; 0 = no bound but those of the wire. */
  readonly linesPerS: number;
  readonly lineKb: number;
}

/** Nothing but what the sandbox and the executor have anyway. */
export const NO_FURTHER_LIMITS = {
  hosts: [],
  diskMb: 0,
  openFiles: 0,
  threads: 0,
  outputKb: 0,
  maxSpans: 0,
  linesPerS: 0,
  lineKb: 0,
} as const;

export type Network = 'none' | 'hosts' | 'any';

/** What a version asks for; 0 and '' mean the default. */
export interface AskedLimits extends Omit<Limits, 'network'> {
  readonly network: string;
}

const NETWORKS: readonly Network[] = ['none', 'hosts', 'any'];

export function limitsOf(asked: AskedLimits, defaults: Limits): Limits {
  return {
    ...asked,
    wallMs: asked.wallMs || defaults.wallMs,
    cpuS: asked.cpuS || defaults.cpuS,
    memoryMb: asked.memoryMb || defaults.memoryMb,
    network: NETWORKS.find((network) => network === asked.network) ?? defaults.network,
    diskMb: asked.diskMb || defaults.diskMb,
    openFiles: asked.openFiles || defaults.openFiles,
    threads: asked.threads || defaults.threads,
  };
}

/** Why plays may not have the network that they ask for; undefined = they may. */
export function networkRefusal(
  network: Network,
  given: { readonly most: Network; readonly canHosts: boolean; readonly tier: string },
): { readonly type: string; readonly message: string; readonly traceback: string } | undefined {
  if (NETWORKS.indexOf(network) > NETWORKS.indexOf(given.most)) {
    const message = `limit network is "${network}", and this deployment permits at most "${given.most}" (HERO_LOGIC_NETWORK_MOST)`;
    return { type: 'NetworkNotPermitted', message, traceback: '' };
  }
  if (network !== 'hosts' || given.canHosts) return undefined;
  const message = `limit network is "hosts", which sandbox tier ${given.tier} cannot enforce on this machine`;
  return { type: 'NetworkNotEnforced', message, traceback: '' };
}
