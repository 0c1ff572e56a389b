import { APP_NAMES } from './apps.ts';
import type { AppRecord } from './apps.ts';
import type { DataDirectory } from './data-directory.ts';
import type { LocalSystem } from './local-system.ts';
import { ensureDatabases } from './postgres/databases.ts';
import type { DatabaseOwner } from './postgres/databases.ts';
import { writePrivateFile } from './private-file.ts';

/** Gives each app its database, and the file with its URL, whose port is another at each start. */
export async function prepareDatabases(
  system: LocalSystem,
  owners: AppRecord<DatabaseOwner>,
  data: DataDirectory,
): Promise<void> {
  await ensureDatabases(system.postgresSuperuserUrl, Object.values(owners));
  for (const name of APP_NAMES) {
    await writePrivateFile(data.databaseUrl(name), system.databaseUrls[name]);
  }
}
