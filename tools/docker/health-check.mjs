import { get } from 'node:http';

/**
 * Asks a service whether it is ready; the exit code says so. The arguments are the variable that names its
 * port and the port it has otherwise.
 */
const [variable = '', otherwise] = process.argv.slice(2);
const port = process.env['MANAGEMENT_PORT'] || process.env[variable] || otherwise;

get({ host: '127.0.0.1', port, path: '/health/ready', timeout: 3_000 }, (response) => {
  process.exit(response.statusCode === 200 ? 0 : 1);
})
  .on('timeout', () => process.exit(1))
  .on('error', () => process.exit(1));
