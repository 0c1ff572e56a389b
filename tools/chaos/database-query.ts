import { superuserClient } from '../local-system/postgres/superuser-client.ts';

/** The rows that a statement gives. */
export async function rowsOf<Row extends object>(
  url: string,
  statement: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const client = superuserClient(url);
  await client.connect();
  try {
    const { rows } = await client.query<Row>(statement, [...values]);
    return rows;
  } finally {
    await client.end();
  }
}
