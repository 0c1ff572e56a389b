/** What a script can tell by the exit code; the same as that of the operators' other command lines. */
export const ExitCode = {
  done: 0,
  usage: 2,
  notFound: 3,
  conflict: 4,
  noAccess: 5,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** Why something was not done, for programs (RFC 9457 3). */
export class OperationFailure extends Error {
  override readonly name = 'OperationFailure';

  constructor(
    readonly exitCode: ExitCode,
    readonly code: string,
    detail: string,
  ) {
    super(detail);
  }
}
