import { link, open, rename, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { ExitCode } from '../command-line/exit-code.ts';
import { failure } from '../command-line/operator-failure.ts';
import type { OperatorFailure } from '../command-line/operator-failure.ts';

export interface NewCredentials {
  readonly client_id: string;
  readonly client_secret: string;
}

/**
 * A file for credentials that are still to be made. It is opened before the server is asked, because a
 * secret that nobody can write down would be lost.
 */
export class CredentialsFile {
  readonly path: string;
  readonly #draft: FileHandle;
  readonly #draftPath: string;
  readonly #overwrite: boolean;

  private constructor(path: string, draftPath: string, draft: FileHandle, overwrite: boolean) {
    this.path = path;
    this.#draft = draft;
    this.#draftPath = draftPath;
    this.#overwrite = overwrite;
  }

  static async open(path: string, overwrite: boolean): Promise<CredentialsFile> {
    if (!overwrite && (await exists(path))) throw fileExists(path);
    const draftPath = `${path}.${process.pid}.draft`;
    try {
      const draft = await open(draftPath, 'wx', 0o600);
      return new CredentialsFile(path, draftPath, draft, overwrite);
    } catch (error) {
      throw notWritable(path, error);
    }
  }

  /** Writes the credentials, readable for their owner alone. */
  async write(credentials: NewCredentials): Promise<void> {
    try {
      await this.#draft.writeFile(`${JSON.stringify(credentials, null, 2)}\n`);
      await this.#draft.sync();
      // A link, unlike a new name, does not take the place of a file that has appeared meanwhile.
      if (this.#overwrite) await rename(this.#draftPath, this.path);
      else await link(this.#draftPath, this.path);
    } catch (error) {
      throw notWritable(this.path, error);
    }
  }

  /** To be called at the end, whatever has come of it. */
  async close(): Promise<void> {
    await this.#draft.close();
    await rm(this.#draftPath, { force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}

function fileExists(path: string): OperatorFailure {
  return failure(
    ExitCode.refused,
    'file_exists',
    `${path} exists already; --overwrite replaces it`,
  );
}

function notWritable(path: string, error: unknown): OperatorFailure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  if (code === 'EEXIST') return fileExists(path);
  return failure(ExitCode.refused, 'file_not_written', `${path} cannot be written (${code})`);
}
