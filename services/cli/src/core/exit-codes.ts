// How the command ends. Documented in --help and docs/cli.md; scripts rely on the numbers.

export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  waiting: 3,
  cancelled: 4,
  timedOut: 5,
  unreachable: 6,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_CODES_HELP = `Exit codes:
  0  ok, or the play succeeded
  1  the operation failed, or the play failed
  2  the command line is wrong
  3  the play waits for an answer
  4  the play was cancelled
  5  the play timed out
  6  no server answers
  130  interrupted with Ctrl-C; the play goes on`;
