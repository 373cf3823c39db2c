// The command line is wrong: exit code 2, and nothing was sent.

export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}
