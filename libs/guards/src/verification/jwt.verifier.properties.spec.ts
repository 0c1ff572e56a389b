import { accessTokenClaims, TestClock, TestSigningKey } from '@m2m/testing';
import { createHmac, createPublicKey } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { GivenKeys } from '../keys/given-keys.js';
import { JwtVerifier } from './jwt.verifier.js';
import { InvalidTokenError } from './token-refusal.js';

const ISSUER = 'https://auth.example';
const AUDIENCE = 'https://orders.example';
const ALGORITHMS = ['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519'];
const ATTACKER = 'https://attacker.example/keys';
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** The same at each run, so that a failure can be looked into. */
const RUNS = { seed: 20_260_101, numRuns: 300 };

const clock = new TestClock();
let keys: TestSigningKey[];
let attackers: TestSigningKey[];
let tokens: string[];

beforeAll(async () => {
  keys = await Promise.all(ALGORITHMS.map((alg) => TestSigningKey.generate(`key-${alg}`, alg)));
  attackers = await Promise.all(keys.map(({ kid, alg }) => TestSigningKey.generate(kid, alg)));
  tokens = await Promise.all(
    keys.flatMap((key) => [
      key.sign(goodClaims({ scope: 'orders:read' })),
      key.sign(goodClaims({ scope: 'orders:write', client_id: 'other', tenant: 'größer' })),
    ]),
  );
});

const goodClaims = (changes: Record<string, unknown>) =>
  accessTokenClaims({ iss: ISSUER, aud: AUDIENCE, ...changes }, clock.now());

function newVerifier(): JwtVerifier {
  const published = { keys: keys.map(({ publicJwk }) => publicJwk) };
  return new JwtVerifier(
    { issuer: ISSUER, audience: AUDIENCE, algorithms: ALGORITHMS, clockToleranceSeconds: 10 },
    new GivenKeys(() => published),
    clock.now,
  );
}

/** One that remembers all good tokens. */
async function experiencedVerifier(): Promise<JwtVerifier> {
  const verifier = newVerifier();
  for (const token of tokens) await verifier.verify(token);
  return verifier;
}

type Parts = readonly [header: string, payload: string, signature: string];

function partsOf(token: string): Parts {
  const [header = '', payload = '', signature = ''] = token.split('.');
  return [header, payload, signature];
}

const decode = (part: string) => Buffer.from(part, 'base64url');
const encode = (content: Buffer | string) => Buffer.from(content).toString('base64url');
const jsonIn = (part: string) => JSON.parse(decode(part).toString()) as Record<string, unknown>;
const partOf = (value: unknown) => encode(JSON.stringify(value));

/** One of the good tokens. It is picked by number, since they are made after the properties are. */
const aToken = fc.nat().map((number) => tokens[number % tokens.length] ?? '');
const aKeyNumber = fc.nat({ max: ALGORITHMS.length - 1 });
const aPosition = fc.nat({ max: 2_000 });
const aCharacter = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...Array.from(BASE64URL)) },
  { weight: 1, arbitrary: fc.constantFrom(...Array.from('.=+/ \t\n\0~%é')) },
);

/** Whatever is given for a token that nobody has signed is refused, as a bad token and not by a fault. */
async function expectRefusal(verifier: JwtVerifier, forged: string): Promise<void> {
  fc.pre(!tokens.includes(forged));
  const outcome = await verifier.verify(forged).catch((error: unknown) => error);
  expect(outcome, forged).toBeInstanceOf(InvalidTokenError);
}

/** Holds a property for a verifier that knows no token and for one that remembers all good ones. */
async function refuses(forgeries: fc.Arbitrary<string>): Promise<void> {
  const unexperienced = newVerifier();
  const experienced = await experiencedVerifier();
  await fc.assert(
    fc.asyncProperty(forgeries, async (forged) => {
      await expectRefusal(unexperienced, forged);
      await expectRefusal(experienced, forged);
    }),
    RUNS,
  );
  for (const token of tokens) await expect(experienced.verify(token)).resolves.toBeDefined();
}

describe('the verifier accepts no token but those that were issued', { timeout: 30_000 }, () => {
  it('accepts those', async () => {
    const verifier = newVerifier();

    for (const token of tokens) await expect(verifier.verify(token)).resolves.toBeDefined();
  });

  it('R06 none with other characters', async () => {
    const edit = fc.tuple(fc.constantFrom('replace', 'insert', 'delete'), aPosition, aCharacter);

    await refuses(
      fc.tuple(aToken, fc.array(edit, { minLength: 1, maxLength: 4 })).map(([token, edits]) =>
        edits.reduce((text, [kind, position, character]) => {
          const at = position % text.length;
          const rest = text.slice(kind === 'insert' ? at : at + 1);
          return text.slice(0, at) + (kind === 'delete' ? '' : character) + rest;
        }, token),
      ),
    );
  });

  it('R06 none with other bits', async () => {
    const bit = fc.record({ part: fc.nat({ max: 2 }), byte: aPosition, bit: fc.nat({ max: 7 }) });

    await refuses(
      fc.tuple(aToken, bit).map(([token, { part, byte, bit: number }]) => {
        const changed = partsOf(token).map((text, index) => {
          if (index !== part) return text;
          const bytes = decode(text);
          const at = byte % bytes.length;
          bytes[at] = (bytes[at] ?? 0) ^ (1 << number);
          return encode(bytes);
        });
        return changed.join('.');
      }),
    );
  });

  it('R03 none that is cut short, or has something before or after it', async () => {
    const odd = fc.string({ unit: aCharacter, minLength: 1, maxLength: 20 });

    await refuses(
      fc.oneof(
        fc.tuple(aToken, aPosition).map(([token, at]) => token.slice(0, at % token.length)),
        fc.tuple(aToken, aPosition).map(([token, at]) => token.slice((at % token.length) + 1)),
        fc.tuple(aToken, odd).map(([token, text]) => token + text),
        fc.tuple(aToken, odd).map(([token, text]) => text + token),
        fc.tuple(aToken, aToken).map(([one, other]) => one + other),
        fc.tuple(aToken, aToken).map(([one, other]) => `${one}.${other}`),
        fc.string({ unit: aCharacter, maxLength: 400 }),
      ),
    );
  });

  it('R06 none that is put together from parts of others', async () => {
    const part = fc
      .tuple(aToken, fc.nat({ max: 2 }))
      .map(([token, number]) => partsOf(token)[number] ?? '');

    await refuses(
      fc.oneof(
        fc
          .array(fc.oneof(part, fc.constant('')), { minLength: 1, maxLength: 5 })
          .map((parts) => parts.join('.')),
        fc
          .tuple(aToken, aToken, aToken)
          .map(([header, payload, signature]) =>
            [partsOf(header)[0], partsOf(payload)[1], partsOf(signature)[2]].join('.'),
          ),
      ),
    );
  });

  it('R06 none in another spelling of the same bytes', async () => {
    const spelling = fc.constantFrom(
      (text: string) => `${text}=`,
      (text: string) => `${text}==`,
      (text: string) => `${text}\n`,
      (text: string) => ` ${text}`,
      (text: string) => text.replaceAll('-', '+').replaceAll('_', '/'),
      (text: string) => encodeURIComponent(`${text}=`),
      (text: string) => text.toLowerCase(),
      (text: string) => decode(text).toString('base64'),
      (text: string) => decode(text).toString('hex'),
      ...[1, 2, 3, 8, 15].map((bits) => (text: string) => withOtherTrailingBits(text, bits)),
    );

    await refuses(
      fc.tuple(aToken, fc.nat({ max: 2 }), spelling).map(([token, part, respell]) =>
        partsOf(token)
          .map((text, index) => (index === part ? respell(text) : text))
          .join('.'),
      ),
    );
  });

  it('R06 none whose claims were changed', async () => {
    const names = ['iss', 'aud', 'sub', 'client_id', 'exp', 'iat', 'nbf', 'jti', 'scope', 'tenant'];
    const change = fc.tuple(fc.constantFrom(...names), fc.jsonValue({ maxDepth: 1 }));

    await refuses(
      fc.tuple(aToken, change).map(([token, [name, value]]) => {
        const [header, payload, signature] = partsOf(token);
        return [header, partOf({ ...jsonIn(payload), [name]: value }), signature].join('.');
      }),
    );
  });

  it('R07 R12 R13 none whose header was changed', async () => {
    const key = { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' };
    const change = fc.oneof(
      fc.record({
        alg: fc.constantFrom(...ALGORITHMS, 'HS256', 'none', 'None', 'NONE', '', null, 7),
      }),
      fc.record({ typ: fc.constantFrom('JWT', 'at+jwt ', 'dpop+jwt', '', null) }),
      fc.record({ kid: fc.constantFrom(...ALGORITHMS.map((alg) => `key-${alg}`), '../x', null) }),
      fc.record({ crit: fc.constantFrom(['b64'], ['exp'], [], 'b64', null), b64: fc.boolean() }),
      fc.record({
        jku: fc.constant(ATTACKER),
        jwk: fc.constant(key),
        x5u: fc.constant(ATTACKER),
        x5c: fc.constant<string[]>(['A']),
      }),
      fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 1 }), { minKeys: 1, maxKeys: 3 }),
    );

    await refuses(
      fc.tuple(aToken, change).map(([token, changes]) => {
        const [header, payload, signature] = partsOf(token);
        return [partOf({ ...jsonIn(header), ...changes }), payload, signature].join('.');
      }),
    );
  });

  it('R07 none that is unsigned, in whatever letters that is said', async () => {
    const none = fc
      .tuple(fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean())
      .map((upper) => Array.from('none', (c, n) => (upper[n] ? c.toUpperCase() : c)).join(''));

    await refuses(
      fc.tuple(aToken, none, fc.boolean()).map(([token, alg, signed]) => {
        const [header, payload, signature] = partsOf(token);
        return [partOf({ ...jsonIn(header), alg }), payload, signed ? signature : ''].join('.');
      }),
    );
  });

  it('R07 none that is authenticated by a public key as if it were a secret', async () => {
    const hmac = fc.constantFrom(['HS256', 'sha256'], ['HS384', 'sha384'], ['HS512', 'sha512']);

    await refuses(
      fc.tuple(aToken, aKeyNumber, hmac, fc.nat({ max: 4 })).map(([token, number, hash, form]) => {
        const [header, payload] = partsOf(token);
        const [alg = '', digest = ''] = hash;
        const input = `${partOf({ ...jsonIn(header), alg })}.${payload}`;
        const secret = formsOf(keys[number])[form] ?? '';
        return `${input}.${createHmac(digest, secret).update(input).digest('base64url')}`;
      }),
    );
  });

  it('R08 R12 none that is signed by an attacker, who sends the key along', async () => {
    const verifier = await experiencedVerifier();
    const companions = fc.record(
      {
        jku: fc.constant(ATTACKER),
        x5u: fc.constant(ATTACKER),
        x5c: fc.constant<string[]>(['A']),
        jwk: fc.boolean(),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(aKeyNumber, companions, fc.boolean(), async (number, companion, named) => {
        const attacker = attackers[number];
        if (!attacker) throw new Error('there is an attacker for each key');
        const { jwk, ...rest } = companion;
        const header = {
          ...rest,
          ...(jwk && { jwk: attacker.publicJwk }),
          ...(!named && { kid: undefined }),
        };
        const forged = await attacker.sign(goodClaims({ scope: 'orders:bill' }), header);
        await expectRefusal(verifier, forged);
      }),
      { ...RUNS, numRuns: 100 },
    );
  });
});

it('takes the twin that a signature by ES256 has, which says nothing else', async () => {
  const es256 = keys.findIndex(({ alg }) => alg === 'ES256');
  const token = tokens[2 * es256] ?? '';
  const [header, payload, signature] = partsOf(token);
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const s = BigInt(`0x${decode(signature).subarray(32).toString('hex')}`);
  const twin = Buffer.from((order - s).toString(16).padStart(64, '0'), 'hex');
  const spelt = encode(Buffer.concat([decode(signature).subarray(0, 32), twin]));
  const verifier = newVerifier();

  const { claims } = await verifier.verify(`${header}.${payload}.${spelt}`);

  expect(spelt).not.toBe(signature);
  expect(claims).toEqual((await verifier.verify(token)).claims);
});

/** What a decoder that is not strict takes for the same: bits that no byte is made of. */
function withOtherTrailingBits(text: string, bits: number): string {
  const spare = { 2: 15, 3: 3 }[text.length % 4] ?? 0;
  const last = BASE64URL.indexOf(text.at(-1) ?? '');
  return text.slice(0, -1) + (BASE64URL[last ^ (bits & spare)] ?? '');
}

/** A public key in the forms in which it is handed around. */
function formsOf(key: TestSigningKey | undefined): (string | Buffer)[] {
  const jwk = key?.publicJwk ?? {};
  const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
  const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString();
  return [
    pem,
    pem.trimEnd(),
    publicKey.export({ format: 'der', type: 'spki' }),
    JSON.stringify(jwk),
    decode(jwk.n ?? jwk.x ?? ''),
  ];
}
