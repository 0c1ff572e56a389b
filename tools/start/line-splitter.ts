const NEWLINE = 0x0a;

/** Cuts a stream of bytes into lines; what follows the last line break waits for the rest. */
export class LineSplitter {
  #rest: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): string[] {
    const bytes = Buffer.concat([this.#rest, chunk]);
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    // Bytes, not characters, are kept: a chunk may end in the middle of a character.
    this.#rest = bytes.subarray(end);
    return bytes
      .toString('utf8', 0, end)
      .split('\n')
      .filter((line) => line !== '');
  }
}
