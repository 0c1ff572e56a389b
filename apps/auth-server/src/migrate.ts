import 'reflect-metadata';
import { migrate } from '@m2m/service-defaults';
import { authDatabase } from './database/auth-database.js';

await migrate('auth-server', 'AUTH_DATABASE_URL', authDatabase);
