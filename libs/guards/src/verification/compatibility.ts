/**
 * The ways in which a token may differ from RFC 9068 and be accepted nevertheless, if an API concedes it:
 *
 * - `typ_jwt`: its header has the type `JWT` or none. What is recognisably no access token stays refused.
 * - `scope_as_list`: `scope` is a list.
 * - `scopes_in_scp`, `scopes_in_roles`: where there is no `scope`, the scopes are in `scp`, a text or a list,
 *   or in the list `roles`.
 * - `client_id_in_azp`, `client_id_in_appid`, `client_id_in_cid`: where there is no `client_id`, it is there.
 * - `token_without_sub`: without `sub`, the client is the subject.
 * - `token_without_jti`: without `jti`, the token is known by its `uti` or else by a digest of it.
 * - `audience_in_scopes`: without `aud`, it is for this API if one of its scopes begins with the audience and a
 *   slash. Only such scopes count, and they are known by what follows.
 *
 * Which issuer needs which is in `docs/issuers.md`.
 */
export const compatibilities = [
  'typ_jwt',
  'scope_as_list',
  'scopes_in_scp',
  'scopes_in_roles',
  'client_id_in_azp',
  'client_id_in_appid',
  'client_id_in_cid',
  'token_without_sub',
  'token_without_jti',
  'audience_in_scopes',
] as const;

/** One way in which tokens may differ from RFC 9068. */
export type Compatibility = (typeof compatibilities)[number];
