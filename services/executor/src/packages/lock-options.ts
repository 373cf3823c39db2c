// Where and how packages are locked and built.

import type { Copy, PackageSource, Uv } from './uv.ts';

/** How it may be prepared, as whoever asks for it knows. */
export interface Ways {
  /** The sandbox can hold what building runs. */
  readonly mayBuild?: boolean;
  /** Told what is built, such as "docopt==0.6.2", and when that is over. Of those who wait for the same work the first one is told. */
  readonly onBuild?: (name: string) => () => void;
}

export interface Place {
  /** Of this work alone; goes with it. */
  readonly scratch: string;
  /** uv's own, of all. */
  readonly cache: string;
  /** Wheels built for this set. */
  readonly built: string;
  readonly source: PackageSource;
}

export interface LockOptions extends Place {
  readonly uv: Uv;
  readonly copy: Copy;
  readonly ways: Ways;
}
