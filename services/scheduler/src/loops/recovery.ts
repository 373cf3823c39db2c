// What the process before left behind, put right once before the first claim. A failure is tried again by whoever asks next.

export interface Recovery {
  /** Resolves when everything has been put right. */
  ready(): Promise<void>;
}

export function createRecovery(recover: () => Promise<void>): Recovery {
  let running: Promise<void> | undefined;
  return {
    ready() {
      running ??= recover().catch((error: unknown) => {
        running = undefined;
        throw error;
      });
      return running;
    },
  };
}
