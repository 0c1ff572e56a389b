/** What a client sends its PostgreSQL server in one go, and gets one answer to. */
export interface ClientMessages {
  readonly bytes: Buffer;
  /** The SQL within, if there is any. */
  readonly statement: string | undefined;
}

const LENGTH_BYTES = 4;
const QUERY = 'Q';
const PARSE = 'P';
/** What is only a part: parse, bind, describe, execute, close; the server waits for the sync that follows. */
const PARTS = 'PBDEC';

/**
 * Cuts what a client sends (PostgreSQL documentation, 54.7) into what belongs together, so that each statement can
 * be held back or passed on as a whole.
 */
export class StatementReader {
  #rest = Buffer.alloc(0);
  #parts: Buffer[] = [];
  #statement: string | undefined;
  #isStarted = false;

  /** What has come to its end with this chunk. */
  read(chunk: Buffer): ClientMessages[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const complete: ClientMessages[] = [];
    for (let message = this.#next(); message; message = this.#next()) {
      const type = this.#take(message);
      if (PARTS.includes(type)) continue;
      complete.push({ bytes: Buffer.concat(this.#parts), statement: this.#statement });
      this.#parts = [];
      this.#statement = undefined;
    }
    return complete;
  }

  #next(): Buffer | undefined {
    // Only the very first message has no type.
    const typeBytes = this.#isStarted ? 1 : 0;
    if (this.#rest.length < typeBytes + LENGTH_BYTES) return undefined;
    const length = typeBytes + this.#rest.readUInt32BE(typeBytes);
    if (this.#rest.length < length) return undefined;
    const message = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return message;
  }

  /** @returns the type of the message; of the first one an underscore. */
  #take(message: Buffer): string {
    const type = this.#isStarted ? message.toString('latin1', 0, 1) : '_';
    this.#isStarted = true;
    this.#parts.push(message);
    const body = 1 + LENGTH_BYTES;
    if (type === QUERY) this.#statement = textAt(message, body);
    if (type === PARSE) this.#statement = textAt(message, message.indexOf(0, body) + 1);
    return type;
  }
}

function textAt(message: Buffer, start: number): string {
  return message.toString('utf8', start, message.indexOf(0, start)).trim();
}
