// How a long-running command is told to stop.

export interface StopSignalOptions {
  readonly print: (line: string) => void;
  /** A stop that takes longer than this ends the process with exit code 1. */
  readonly longestMs: number;
}

/** Resolves on the first SIGTERM or SIGINT; a second one, or a stop that takes too long, ends the process. */
export function stopSignal({ print, longestMs }: StopSignalOptions): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const onSignal = (signal: NodeJS.Signals) => {
      if (asked) process.exit(signal === 'SIGINT' ? 130 : 143);
      asked = true;
      print('Stopping: running plays get a moment to end. A second signal stops at once.');
      setTimeout(() => process.exit(1), longestMs).unref();
      resolve();
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  });
}
