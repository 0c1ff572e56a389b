import { parseArgs } from 'node:util';

export interface BenchArguments {
  readonly help: boolean;
  readonly quick: boolean;
  /** The parts to run; all of them if it is empty. */
  readonly only: readonly string[];
  readonly requests: number;
  readonly writeDocs: boolean;
}

/** What was typed cannot be understood; the message says why. */
export class UsageError extends Error {}

const DEFAULT_REQUESTS = 30_000;
const QUICK_REQUESTS = 6_000;

/** @param partNames what `--only` may name. */
export function parseBenchArguments(
  args: readonly string[],
  partNames: readonly string[],
): BenchArguments {
  const { help, quick, only, requests, 'write-docs': writeDocs } = optionsOf(args);
  const names = only.split(',').filter((name) => name !== '');
  const unknown = names.find((name) => !partNames.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`there is no part ${unknown}; there are ${partNames.join(', ')}`);
  }
  if (requests !== undefined && !/^[1-9]\d*$/.test(requests)) {
    throw new UsageError(`--requests takes a whole number; it is "${requests}"`);
  }
  const standard = quick ? QUICK_REQUESTS : DEFAULT_REQUESTS;
  return { help, quick, only: names, writeDocs, requests: Number(requests ?? standard) };
}

function optionsOf(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        quick: { type: 'boolean', default: false },
        only: { type: 'string', default: '' },
        requests: { type: 'string' },
        'write-docs': { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

export function helpText(
  parts: readonly { readonly name: string; readonly title: string }[],
  quickParts: readonly { readonly name: string }[],
): string {
  const quickNames = quickParts.map(({ name }) => name).join(', ');
  const names = parts.map(({ name, title }) => `  ${name.padEnd(16)}${title}`);
  return `Usage: npm run bench [-- options]

Measures this system side by side with its peers and with the limit of the machine, and ends with a table of
ratios, each with its target: in five to ten minutes, by the speed of the machine. The results go to
bench/results.json. The first run installs the peers.

  --quick               a minute: ${quickNames} alone if no part is named, by fewer
                        and shorter rounds and smaller tables, with more noise
  --only <part,…>       these parts only; what bench/results.json says of the others stays
  --requests <n>        how many requests of each app the part about memory makes (${DEFAULT_REQUESTS})
  --write-docs          write the ratios into the README, and the plans of the hot statements into
                        docs/billing-cost.md

Parts:
${names.join('\n')}

What is measured and how to read it: docs/benchmarks.md
`;
}
