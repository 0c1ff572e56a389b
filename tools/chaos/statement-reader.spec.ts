import { describe, expect, it } from 'vitest';
import { StatementReader } from './statement-reader.ts';

const startup = message('', '\0\x03\0\0user\0me\0\0');
const simple = message('Q', 'COMMIT\0');
const extended = Buffer.concat([
  message('P', 'name\0SELECT $1 -- ü\0\0\0'),
  message('B', '\0name\0'),
  message('D', 'S'),
  message('E', '\0\0\0\0\0'),
  message('S', ''),
]);

function message(type: string, body: string): Buffer {
  const content = Buffer.from(body);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length + length.length);
  return Buffer.concat([Buffer.from(type), length, content]);
}

describe('StatementReader', () => {
  const all = Buffer.concat([startup, simple, extended, simple]);
  const expected = [
    { bytes: startup, statement: undefined },
    { bytes: simple, statement: 'COMMIT' },
    { bytes: extended, statement: 'SELECT $1 -- ü' },
    { bytes: simple, statement: 'COMMIT' },
  ];

  it('tells what belongs together', () => {
    expect(new StatementReader().read(all)).toEqual(expected);
  });

  it('does so however it is cut into chunks', () => {
    const reader = new StatementReader();
    const read = Array.from(all, (byte) => reader.read(Buffer.from([byte]))).flat();
    expect(read).toEqual(expected);
  });

  it('holds back a statement whose end has not come', () => {
    const reader = new StatementReader();
    reader.read(startup);
    expect(reader.read(extended.subarray(0, -1))).toEqual([]);
    expect(reader.read(extended.subarray(-1))).toHaveLength(1);
  });
});
