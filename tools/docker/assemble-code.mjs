import { readdirSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { extname, join } from 'node:path';

const USAGE = `Usage: node assemble-code.mjs <built> <packages> <output>

Copies the compiled code of each workspace whose manifest is in <packages>.
`;

const [built, packages, output] = process.argv.slice(2);
if (built === undefined || packages === undefined || output === undefined) {
  process.stderr.write(USAGE);
  process.exit(2);
}

for (const kind of ['apps', 'libs']) {
  for (const name of readdirSync(join(packages, kind))) {
    const dist = join(kind, name, 'dist');
    await cp(join(built, dist), join(output, dist), {
      recursive: true,
      filter: (path) => ['', '.js'].includes(extname(path)),
    });
  }
}
