/** The names of an app, all derived from one. */
export interface AppNames {
  /** `payments-api` */
  readonly name: string;
  /** `PAYMENTS_API`: what its variables begin with. */
  readonly constant: string;
  /** `PaymentsApi` */
  readonly className: string;
  /** `paymentsApi` */
  readonly propertyName: string;
  /** `payments`: of its database and its role. */
  readonly database: string;
  /** `PAYMENTS_DATABASE_URL` */
  readonly databaseUrlVariable: string;
}

/** An app that is to be made. */
export interface NewApp extends AppNames {
  readonly port: number;
}
