/** A failure that its message explains completely: shown without a stack. */
export class LocalSystemError extends Error {}

/** By the codes of the operating system and of PostgreSQL. */
const EXPLANATIONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  '53100': 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EMFILE: 'too many open files',
  ENOTDIR: 'a file is where a directory should be',
  EEXIST: 'a file is where a directory should be',
  ENOMEM: 'out of memory',
  EAGAIN: 'the limit of processes is reached',
};

/**
 * What went wrong, in one line, if it is something a person can mend: a failure explained by this
 * system, or the operating system's refusal. Undefined for a programming error.
 */
export function explain(error: unknown): string | undefined {
  if (error instanceof LocalSystemError) return error.message;
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  const explanation = EXPLANATIONS[String(error.code)];
  if (explanation === undefined) return undefined;
  const where = 'path' in error ? `${String(error.path)}: ` : '';
  return `${where}${explanation}`;
}
