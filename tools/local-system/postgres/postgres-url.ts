import { SUPERUSER } from './cluster.ts';
import type { DatabaseOwner } from './databases.ts';

/** The superuser's URL of the embedded server, which listens on 127.0.0.1 only. */
export function superuserUrl(port: number, password: string): string {
  return urlOf(port, SUPERUSER, password);
}

/** The URL by which an owner reaches its own database. */
export function ownerUrl(port: number, { name, password }: DatabaseOwner): string {
  return urlOf(port, name, password);
}

function urlOf(port: number, name: string, password: string): string {
  const url = new URL(`postgres://127.0.0.1:${port}/${name}`);
  url.username = name;
  url.password = password;
  return url.href;
}
