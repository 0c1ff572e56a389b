import type { BillingStatements } from '../billing-statements.ts';

/** What the limit is told: how to do what the worker does. */
export interface LimitSettings {
  readonly databaseUrl: string;
  readonly ordersApiPort: number;
  readonly accessToken: string;
  readonly invoiceIssuer: string;
  readonly statements: BillingStatements;
}

/** Bills so many pending orders. */
export interface LimitJob {
  readonly settings: LimitSettings;
  readonly orders: number;
}

export type LimitReply = { readonly done: true } | { readonly error: string };
