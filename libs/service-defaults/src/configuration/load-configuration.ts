import { readFileSync } from 'node:fs';
import type { z } from 'zod';

/** Everything that is wrong with a service's configuration, so that it can be mended in one go. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  /** @param faults one line per variable: its name and what is wrong, never its value. */
  constructor(readonly faults: readonly string[]) {
    super(`the configuration has ${faults.length} fault(s):\n  ${faults.join('\n  ')}`);
  }
}

/**
 * Reads and checks a service's configuration.
 *
 * Each variable may instead be given as `NAME_FILE`, the path of a file that holds the value, the way
 * containers mount secrets. A variable that is set but empty counts as missing.
 *
 * @throws ConfigurationError that lists every fault by the variable's name.
 */
export function loadConfiguration<Schema extends z.ZodObject>(
  schema: Schema,
  environment: NodeJS.ProcessEnv,
): z.output<Schema> {
  const faults: string[] = [];
  const values: Record<string, string> = {};
  for (const name of Object.keys(schema.shape)) {
    const value = readVariable(name, environment, faults);
    if (value) values[name] = value;
  }
  const result = schema.safeParse(values);
  if (!result.success) {
    const alreadyFaulty = new Set(faults.map((fault) => fault.split(/_FILE:|:/)[0]));
    for (const issue of result.error.issues) {
      const name = String(issue.path[0] ?? 'configuration');
      if (alreadyFaulty.has(name)) continue;
      const missing = issue.path[0] !== undefined && values[name] === undefined;
      faults.push(`${name}: ${missing ? 'is missing' : issue.message}`);
    }
  }
  if (faults.length > 0 || !result.success) throw new ConfigurationError(faults);
  return result.data;
}

function readVariable(
  name: string,
  environment: NodeJS.ProcessEnv,
  faults: string[],
): string | undefined {
  const value = environment[name];
  const file = environment[`${name}_FILE`];
  if (!file) return value;
  if (value) {
    faults.push(`${name}: is given both as ${name} and as ${name}_FILE`);
    return undefined;
  }
  try {
    return readFileSync(file, 'utf8').trimEnd();
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    faults.push(`${name}_FILE: the file cannot be read (${reason})`);
    return undefined;
  }
}
