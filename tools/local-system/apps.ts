export const APP_NAMES = ['auth-server', 'orders-api', 'billing-worker'] as const;

export type AppName = (typeof APP_NAMES)[number];

export type ProcessName = AppName | 'postgres';

export type AppRecord<T> = Readonly<Record<AppName, T>>;

export interface App {
  readonly portVariable: string;
  readonly defaultPort: number;
  /** The app's database and the role that owns it. */
  readonly database: string;
  readonly databaseUrlVariable: string;
}

export const APPS: AppRecord<App> = {
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
};

/** The same kind of value for every app. */
export function forEachApp<T>(valueOf: (name: AppName) => T): AppRecord<T> {
  return {
    'auth-server': valueOf('auth-server'),
    'orders-api': valueOf('orders-api'),
    'billing-worker': valueOf('billing-worker'),
  };
}
