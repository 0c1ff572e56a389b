import type { ServiceNames } from './service-names.ts';

/** A resource server that is to be made. */
export interface NewService extends ServiceNames {
  readonly port: number;
  /** Its scopes, each with what it allows. */
  readonly scopes: Readonly<Record<string, string>>;
}

/** The host of its placeholder in the production overlay. */
export const publicHostOf = ({ resources }: NewService) => `${resources}.example.com`;
