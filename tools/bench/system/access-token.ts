import { AccessToken } from '../../demo-orders/access-token.ts';
import type { MeasuredSystem } from './measured-system.ts';

/** An access token of one of the system's clients, for orders-api. */
export async function accessTokenFor(
  { system }: MeasuredSystem,
  clientId: string,
): Promise<string> {
  const { 'auth-server': issuer, 'orders-api': resource } = system.urls;
  const credentials = await system.credentials(clientId);
  return new AccessToken(credentials, `${issuer}/oauth2/token`, resource).get();
}
