import { readdirSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { extname, join } from 'node:path';

const USAGE = `Usage: node assemble-code.mjs <built> <output>

Copies the compiled code of each workspace whose manifest is in <output>.
`;

const [built, output] = process.argv.slice(2);
if (built === undefined || output === undefined) {
  process.stderr.write(USAGE);
  process.exit(2);
}

for (const kind of ['apps', 'libs']) {
  for (const name of readdirSync(join(output, kind))) {
    await cp(join(built, kind, name, 'dist'), join(output, kind, name, 'dist'), {
      recursive: true,
      filter: (path) => ['', '.js'].includes(extname(path)),
    });
  }
}
