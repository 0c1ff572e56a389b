/** What a script can tell by the exit code of an operator's command. */
export const ExitCode = {
  done: 0,
  refused: 1,
  usage: 2,
  notFound: 3,
  conflict: 4,
  noAccess: 5,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** The same for people, as --help shows it. */
export const EXIT_CODES = `Exit codes:
  0  done
  1  refused: by the server, or at the question
  2  the command line was not understood
  3  what it names does not exist
  4  it exists already, was changed meanwhile, or is not in a state for this
  5  the server cannot be reached or cannot answer, or does not accept the credentials`;
