import { join } from 'node:path';
import { WORKSPACE_ROOT } from '../../workspace/root.ts';
import type { BillingStatements, StatementName } from '../billing/billing-statements.ts';
import { writeGeneratedSection } from '../report/generated-section.ts';

const DOCUMENT = join(WORKSPACE_ROOT, 'docs/billing-cost.md');
/** Lists of identifiers make lines as long as pages. */
const LONGEST_LINE = 160;

/** What is done for every page of orders, every order, every batch of reports, and every look at the summary. */
const HOT: readonly (readonly [StatementName, string])[] = [
  ['listOrders', 'A page of pending orders (orders-api)'],
  ['insertInvoices', 'The invoices of a page'],
  ['numberInvoices', 'Their numbers'],
  ['enqueueReports', 'Their reports, as jobs'],
  ['fetchReports', 'A batch of reports is taken from the queue (pg-boss)'],
  ['findInvoices', 'The invoices of a batch'],
  ['markBilled', 'An order is marked as billed (orders-api)'],
  ['settleInvoices', 'The invoices of a batch are settled'],
  ['completeReports', 'The jobs of a batch are done (pg-boss)'],
  ['countInvoices', 'The counts of the summary'],
];

/** Puts the plans of the hot statements into the documentation, where they were before. */
export async function writePlans(
  statements: BillingStatements,
  billedOrders: number,
): Promise<void> {
  await writeGeneratedSection(DOCUMENT, plansText(statements, billedOrders));
}

/** The plans as Markdown. */
function plansText(statements: BillingStatements, billedOrders: number): string {
  const heading = `\nWith ${billedOrders.toLocaleString('en')} billed orders in the tables:\n`;
  const sections = HOT.map(
    ([name, title]) =>
      `\n### ${title}\n\n\`\`\`text\n${shortened(statements[name].plan)}\n\`\`\`\n`,
  );
  return `${heading}${sections.join('')}\n`;
}

function shortened(plan: string): string {
  return plan
    .split('\n')
    .map((line) => (line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)} …` : line))
    .join('\n');
}
