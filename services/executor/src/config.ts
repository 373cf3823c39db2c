// What the executor can be told. Defaults first.

import { NO_PRICES, type PriceTable } from '@hero-logic/platform';
import { type Limits, type Network, NO_FURTHER_LIMITS } from './domain/limits.ts';
import { NO_SECRETS, type Secrets } from './domain/secrets.ts';

export interface ExecutorConfig {
  /** Who claims plays. Unique among the executors of a scheduler. */
  readonly executorId: string;
  /** Plays that run at the same time. */
  readonly slots: number;
  /** As the scheduler grants it. */
  readonly leaseTtlMs: number;
  /** Between SIGTERM and SIGKILL of a cancelled play. */
  readonly killGraceMs: number;
  /** How long running plays may go on after close() before they are put back. */
  readonly drainGraceMs: number;
  readonly defaultLimits: Limits;
  /** The most that a version may ask for. */
  readonly networkMost: Network;
  /** With `play` no plays share a process, whatever their version asks for. */
  readonly isolationLeast: 'play' | 'version';
  readonly logCapBytesPerPlay: number;
  /**
   * How long what nobody waits for (spans, tags, logs) may wait for a batch to share. A commit keeps the process from everything else
   * for about 0.3 ms, and a play that does nothing else would cost one more.
   */
  readonly commitDelayMs: number;
  /** Of one play. */
  readonly maxSpans: number;
  /** The sandbox tier below which the executor refuses to start; '' = none. */
  readonly minTier: string;
  /** What tokens cost, where a flow does not say. */
  readonly prices: PriceTable;
  /** Where plays that may use the network find models; absent = nowhere. */
  readonly broker?: Broker | undefined;
  /** What flows may ask for by name. */
  readonly secrets: Secrets;
  /** For tests: a run is killed after every step it recorded and its play put back, until the play ends. */
  readonly alwaysReplay: boolean;
}

export const DEFAULTS = {
  slots: 4,
  leaseTtlMs: 10_000,
  killGraceMs: 5000,
  drainGraceMs: 10_000,
  defaultLimits: { wallMs: 3_600_000, cpuS: 600, memoryMb: 512, network: 'none', ...NO_FURTHER_LIMITS },
  networkMost: 'any',
  isolationLeast: 'version',
  logCapBytesPerPlay: 1024 * 1024,
  commitDelayMs: 4,
  maxSpans: 200_000,
  minTier: '',
  prices: NO_PRICES,
  secrets: NO_SECRETS,
  alwaysReplay: false,
} satisfies Omit<ExecutorConfig, 'executorId'>;

/** An endpoint that speaks the protocol of OpenAI. */
export interface Broker {
  readonly url: string;
  /** Never in a span, a log or an error; empty = none is needed. */
  readonly key: string;
  /** The model that flows use unless they name one; empty = they have to. */
  readonly model: string;
}

/** What a caller gives; what is left out is the default. */
export interface ExecutorSettings extends Partial<ExecutorConfig> {
  readonly executorId: string;
  /** Network of plays whose version does not say; goes before `defaultLimits`. */
  readonly network?: Network;
}

export function executorConfig({ network, ...given }: ExecutorSettings): ExecutorConfig {
  const config = { ...DEFAULTS, ...given };
  return network === undefined ? config : { ...config, defaultLimits: { ...config.defaultLimits, network } };
}
