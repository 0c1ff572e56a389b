import { createHash } from 'node:crypto';
import { clientFrom, type Claims, type Client } from './client.js';
import { compatibilities, type Compatibility } from './compatibility.js';
import { InvalidTokenError } from './token-refusal.js';

/** What an access token has to be like, apart from its signature, its issuer and its times. */
export interface TokenProfileRules {
  readonly audience: string;
  /** What is conceded to the issuer, if anything. */
  readonly compatibility?: readonly Compatibility[];
}

/** A token whose claims are believed. */
export interface GenuineToken {
  readonly claims: Claims;
  /** What tells it apart from all others: all of it, or the part that is signed. */
  readonly identity: string;
}

/** Adds to a token's claims what RFC 9068 asks for, from where its issuer has put it. */
type Translation = (claims: Claims, audience: string, identity: string) => Claims;

const TRANSLATIONS: Readonly<Record<Compatibility, Translation | undefined>> = {
  typ_jwt: undefined,
  scope_as_list: ({ scope }) => (Array.isArray(scope) ? { scope: joined(scope) } : {}),
  scopes_in_scp: ({ scope, scp }) => (scope === undefined ? { scope: joined(scp) } : {}),
  scopes_in_roles: ({ scope, roles }) => (scope === undefined ? { scope: joined(roles) } : {}),
  client_id_in_azp: ({ client_id: id, azp }) => ({ client_id: id ?? azp }),
  client_id_in_appid: ({ client_id: id, appid }) => ({ client_id: id ?? appid }),
  client_id_in_cid: ({ client_id: id, cid }) => ({ client_id: id ?? cid }),
  token_without_sub: ({ sub, client_id: id }) => ({ sub: sub ?? id }),
  token_without_jti: ({ jti, uti }, _audience, identity) => ({
    jti: jti ?? uti ?? digest(identity),
  }),
  audience_in_scopes: ({ aud, scope }, audience) =>
    aud === undefined ? audienceIn(scope, `${audience}/`, audience) : {},
};

/**
 * Reads tokens by RFC 9068 2.2, and those of issuers that do otherwise by what is conceded to them: their
 * claims are put into the standard's form first, and then held to it as any other.
 */
export class TokenProfile {
  readonly acceptsTypJwt: boolean;
  private readonly audience: string;
  private readonly translations: readonly Translation[];

  constructor({ audience, compatibility = [] }: TokenProfileRules) {
    this.audience = audience;
    this.acceptsTypJwt = compatibility.includes('typ_jwt');
    // In their own order, since some build upon others.
    this.translations = compatibilities
      .filter((name) => compatibility.includes(name))
      .flatMap((name) => TRANSLATIONS[name] ?? []);
  }

  /** @throws InvalidTokenError if the token is for another audience, or if a claim is missing or wrong. */
  clientOf({ claims, identity }: GenuineToken): Client {
    const standard = this.translations.reduce<Claims>(
      (known, translate) => ({ ...known, ...translate(known, this.audience, identity) }),
      claims,
    );
    if (![standard['aud']].flat().includes(this.audience)) {
      throw new InvalidTokenError('wrong_audience');
    }
    return clientFrom(standard, claims);
  }
}

// Left as it is where it is no list of scope tokens, to be refused like any other claim of the wrong kind.
function joined(scopes: unknown): unknown {
  return Array.isArray(scopes) && scopes.every(isScopeToken) ? scopes.join(' ') : scopes;
}

function isScopeToken(value: unknown): value is string {
  return typeof value === 'string' && /^\S+$/.test(value);
}

function audienceIn(scope: unknown, prefix: string, audience: string): Claims {
  const scopes = typeof scope === 'string' ? scope.split(' ') : [];
  const own = scopes.filter((name) => name.startsWith(prefix) && name !== prefix);
  if (own.length === 0) return {};
  return { aud: audience, scope: own.map((name) => name.slice(prefix.length)).join(' ') };
}

function digest(identity: string): string {
  return createHash('sha256').update(identity).digest('base64url');
}
