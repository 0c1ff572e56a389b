import 'reflect-metadata';
import { migrate } from '@m2m/service-defaults';
import { ordersDatabase } from './database/orders-database.js';

await migrate('orders-api', 'ORDERS_DATABASE_URL', ordersDatabase);
