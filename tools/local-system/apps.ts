export interface App {
  readonly portVariable: string;
  readonly defaultPort: number;
  /** The app's database and the role that owns it. */
  readonly database: string;
  readonly databaseUrlVariable: string;
}

/** The apps in the order in which they start: one that is asked comes before those who ask. */
export const APPS = {
  'auth-server': {
    portVariable: 'AUTH_SERVER_PORT',
    defaultPort: 3000,
    database: 'auth',
    databaseUrlVariable: 'AUTH_DATABASE_URL',
  },
  'orders-api': {
    portVariable: 'ORDERS_API_PORT',
    defaultPort: 3001,
    database: 'orders',
    databaseUrlVariable: 'ORDERS_DATABASE_URL',
  },
  'billing-worker': {
    portVariable: 'BILLING_WORKER_PORT',
    defaultPort: 3002,
    database: 'billing',
    databaseUrlVariable: 'BILLING_DATABASE_URL',
  },
} as const satisfies Readonly<Record<string, App>>;

export type AppName = keyof typeof APPS;

export type ProcessName = AppName | 'postgres';

export type AppRecord<T> = Readonly<Record<AppName, T>>;

export const APP_NAMES = Object.keys(APPS) as readonly AppName[];

/** The same kind of value for every app. */
export function forEachApp<T>(valueOf: (name: AppName) => T): AppRecord<T> {
  return Object.fromEntries(APP_NAMES.map((name) => [name, valueOf(name)])) as Record<AppName, T>;
}
