import type { Adoption } from './adoption.ts';
import type { Change } from './plan.ts';

/** A line for each file, and what comes after them. */
export function planText(changes: readonly Change[], { service }: Adoption): string {
  const lines = changes.map(
    ({ file, what, text }) =>
      `${text === undefined ? 'remove' : 'write '}  ${file}  (${what.join(', ')})`,
  );
  if (service !== undefined) {
    lines.push(
      `make    apps/${service.name}/, and its place in all lists  (by tools/generators/resource-server)`,
    );
  }
  return `${lines.join('\n')}\n`;
}
