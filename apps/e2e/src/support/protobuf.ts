type Value = bigint | Buffer;

/** A message in the wire format of Protocol Buffers, whose fields are known by their numbers only. */
export class ProtobufMessage {
  private readonly fields = new Map<number, Value[]>();

  constructor(private readonly bytes: Buffer) {
    for (let at = 0; at < bytes.length;) at = this.readField(at);
  }

  messages(field: number): ProtobufMessage[] {
    return this.all(field).map((value) => new ProtobufMessage(bufferOf(value)));
  }

  message(field: number): ProtobufMessage {
    return this.messages(field)[0] ?? new ProtobufMessage(Buffer.alloc(0));
  }

  has(field: number): boolean {
    return this.fields.has(field);
  }

  text(field: number): string {
    return this.buffer(field).toString('utf8');
  }

  hex(field: number): string {
    return this.buffer(field).toString('hex');
  }

  /** A number that was sent as a variable-length or as an eight-byte integer. */
  integer(field: number): bigint {
    const value = this.all(field)[0] ?? 0n;
    return Buffer.isBuffer(value) ? value.readBigUInt64LE() : value;
  }

  double(field: number): number {
    return this.buffer(field).readDoubleLE();
  }

  private buffer(field: number): Buffer {
    return bufferOf(this.all(field)[0] ?? Buffer.alloc(0));
  }

  private all(field: number): Value[] {
    return this.fields.get(field) ?? [];
  }

  private readField(start: number): number {
    const [tag, at] = this.readVarint(start);
    const [value, end] = this.readValue(Number(tag & 7n), at);
    const number = Number(tag >> 3n);
    this.fields.set(number, [...this.all(number), value]);
    return end;
  }

  private readValue(wireType: number, at: number): [Value, number] {
    if (wireType === 0) return this.readVarint(at);
    if (wireType === 1) return this.readBytes(at, 8);
    if (wireType === 5) return this.readBytes(at, 4);
    if (wireType !== 2) throw new Error(`wire type ${wireType} is not in use`);
    const [length, start] = this.readVarint(at);
    return this.readBytes(start, Number(length));
  }

  private readBytes(at: number, length: number): [Buffer, number] {
    const end = at + length;
    if (end > this.bytes.length) throw new Error('the message ends in the middle of a field');
    return [this.bytes.subarray(at, end), end];
  }

  private readVarint(start: number): [bigint, number] {
    let value = 0n;
    for (let at = start; ; at++) {
      const byte = this.bytes[at];
      if (byte === undefined) throw new Error('the message ends in the middle of a number');
      value |= BigInt(byte & 0x7f) << BigInt(7 * (at - start));
      if (byte < 0x80) return [value, at + 1];
    }
  }
}

function bufferOf(value: Value): Buffer {
  if (!Buffer.isBuffer(value)) throw new Error('a number stands where bytes were expected');
  return value;
}
