import { once } from 'node:events';
import { connect } from 'node:net';

/** Whether something listens on each of the ports; the exit code says so. */
for (const port of process.argv.slice(2).map(Number)) {
  const socket = connect({ host: '127.0.0.1', port });
  await once(socket, 'connect').catch(() => process.exit(1));
  socket.destroy();
}
