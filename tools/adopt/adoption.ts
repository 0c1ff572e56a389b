import type { AppRecord } from '../local-system/apps.ts';
import type { Service } from './without-samples/service.ts';

/** How a copy of this repository becomes a team's own. */
export interface Adoption {
  /** The npm scope of its packages, such as `@acme`. */
  readonly scope: string;
  /** The name of the whole, which is also that of a namespace, of images and of a composed system. */
  readonly name: string;
  /** What documents call it. */
  readonly title: string;
  /** Where apps are to listen by default; one that is not named stays where it is. */
  readonly ports: Partial<AppRecord<number>>;
  /** The issuer in production; undefined if it is to be filled in later. */
  readonly issuer: string | undefined;
  /** Where the orders-api answers in production; undefined if it is to be filled in later. */
  readonly ordersApiUrl: string | undefined;
  /** Who holds the rights in what the team adds; undefined if the licence is to stay as it is. */
  readonly licenceHolder: string | undefined;
  /** What takes the place of the sample; undefined if the sample stays. */
  readonly service: Service | undefined;
}

/** The copy that is adopted, before anything is changed. */
export interface Origin {
  readonly version: string;
  /** The git object of its files, which is the same in every copy of them, whatever its history. */
  readonly tree: string;
  readonly today: Date;
}

/** What the names are before. */
export const ORIGINAL = {
  scope: '@m2m',
  name: 'm2m',
  issuer: 'https://auth.example.com',
  ordersApiUrl: 'https://orders.example.com',
} as const;
