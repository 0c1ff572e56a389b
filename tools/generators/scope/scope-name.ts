/** RFC 6749 3.3: printable ASCII but for the space, the quote and the backslash. */
const SCOPE_TOKEN = /^[\x21\x23-\x5B\x5D-\x7E]+$/;

const RESOURCE_AND_ACTION = /^([a-z][a-z\d]*(?:-[a-z\d]+)*):([a-z][a-z\d]*(?:-[a-z\d]+)*)$/;

export interface ScopeName {
  readonly name: string;
  readonly resource: string;
  readonly action: string;
}

/** Reads the name of a scope; an error says what is wrong with it. */
export function parseScopeName(name: string): ScopeName {
  if (!SCOPE_TOKEN.test(name)) {
    throw new Error(
      `${JSON.stringify(name)} is no scope: it has to be printable ASCII without space, " and \\ (RFC 6749 3.3)`,
    );
  }
  const [, resource, action] = RESOURCE_AND_ACTION.exec(name) ?? [];
  if (resource === undefined || action === undefined) {
    throw new Error(
      `"${name}" is not how scopes are named here: <resource>:<action>, both in lower case, as in payments:read`,
    );
  }
  return { name, resource, action };
}

/** What a scope allows, in its own words. */
export function describeScope({ resource, action }: ScopeName): string {
  const words = `${action} ${resource}`.replaceAll('-', ' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
