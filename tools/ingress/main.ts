import { startIngress } from './ingress.ts';

const USAGE =
  'Usage: node main.ts <service>:<port> …, each of which is served on the same port here';

/** Connections already made get this long to end by themselves. */
const GRACE_MS = 3_000;

const routes = process.argv.slice(2).map((argument) => {
  const [, host, port] = /^([\w.-]+):(\d{1,5})$/.exec(argument) ?? [];
  return host && port ? { host, port: Number(port), listenPort: Number(port) } : undefined;
});

if (routes.length === 0 || routes.includes(undefined)) {
  console.error(USAGE);
  process.exit(2);
}

const servers = await Promise.all(routes.flatMap((route) => (route ? [startIngress(route)] : [])));
console.log(`ingress: ${process.argv.slice(2).join(', ')}`);

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    for (const server of servers) server.close();
    setTimeout(() => process.exit(0), GRACE_MS).unref();
  });
}
