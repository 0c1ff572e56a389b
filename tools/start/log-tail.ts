import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { LineSplitter } from './line-splitter.ts';

const CHUNK_BYTES = 1024 * 1024;

/** Follows a log that another process appends to. */
export class LogTail {
  readonly #path: string;
  #offset: number;
  #splitter = new LineSplitter();

  /** Follows the log from its present end. */
  constructor(path: string) {
    this.#path = path;
    this.#offset = sizeOf(path);
  }

  /** The whole lines that were written since the last call. */
  read(): string[] {
    const size = sizeOf(this.#path);
    if (size < this.#offset) this.#startOver();
    if (size === this.#offset) return [];
    const file = openSync(this.#path, 'r');
    try {
      return this.#readAll(file);
    } finally {
      closeSync(file);
    }
  }

  #readAll(file: number): string[] {
    const lines: string[] = [];
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (;;) {
      const count = readSync(file, chunk, 0, chunk.length, this.#offset);
      if (count === 0) return lines;
      this.#offset += count;
      lines.push(...this.#splitter.push(chunk.subarray(0, count)));
    }
  }

  /** Somebody has emptied or replaced the log. */
  #startOver(): void {
    this.#offset = 0;
    this.#splitter = new LineSplitter();
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
