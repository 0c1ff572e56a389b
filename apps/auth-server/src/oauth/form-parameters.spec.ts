import { describe, expect, it } from 'vitest';
import { FormParameters } from './form-parameters.js';
import { OAuthError } from './oauth-error.js';

const FORM = 'application/x-www-form-urlencoded';

describe('FormParameters', () => {
  it('reads names and values, decoded', () => {
    const form = parse(
      'grant_type=client_credentials&scope=orders%3Aread+orders:bill&n%61me=%C3%A9',
    );

    expect(form.get('grant_type')).toBe('client_credentials');
    expect(form.get('scope')).toBe('orders:read orders:bill');
    expect(form.get('name')).toBe('é');
    expect(form.get('other')).toBeUndefined();
  });

  it('keeps an equals sign inside a value', () => {
    expect(parse('client_secret=a=b==').get('client_secret')).toBe('a=b==');
  });

  it('counts a parameter without a value as left out (T04)', () => {
    const form = parse('scope=&resource=&grant_type&resource=https://a.example');

    expect(form.get('scope')).toBeUndefined();
    expect(form.get('grant_type')).toBeUndefined();
    expect(form.all('resource')).toEqual(['https://a.example']);
  });

  it('takes unknown parameters, whatever their names (T07)', () => {
    expect(parse('__proto__=a&constructor=b&grant_type=c').get('grant_type')).toBe('c');
    expect(parse('').get('__proto__')).toBeUndefined();
  });

  it.each([
    'grant_type=a&grant_type=b',
    'scope=a&client_id=c&scope=a',
    'client_secret=&client_secret=',
    'client_assertion&client_assertion=a',
    'scope=a&%73cope=b',
    'unknown=a&unknown=b',
  ])('refuses %s, which repeats a parameter (T06)', (body) => {
    expect(refusalOf(body)).toMatchObject({ code: 'invalid_request', status: 400 });
  });

  it('lets resource come several times', () => {
    expect(parse('resource=https://a.example&resource=https://b.example').all('resource')).toEqual([
      'https://a.example',
      'https://b.example',
    ]);
  });

  it.each([
    ['broken percent-encoding', 'scope=%zz'],
    ['percent-encoding that ends early', 'scope=a%2'],
    ['percent-encoding that is not UTF-8', 'scope=%E9'],
    ['a broken name', '%ff=a'],
    ['bytes that are not UTF-8', Buffer.from('scope=\xe9', 'latin1')],
    ['a NUL', 'client_id=a%00'],
    ['a NUL as it is', 'client_id=a\u0000b'],
    ['an escape character', 'client_id=%1b[31m'],
    ['a NUL in a name', 'client_id%00=a'],
  ])('refuses %s (T15)', (_kind, body) => {
    expect(refusalOf(body)).toMatchObject({ code: 'invalid_request', status: 400 });
  });

  it.each([FORM, `${FORM}; charset=UTF-8`, `${FORM};charset=utf-8`, FORM.toUpperCase()])(
    'takes the media type %s',
    (type) => {
      expect(FormParameters.parse(Buffer.from('a=b'), type).get('a')).toBe('b');
    },
  );

  it.each([undefined, 'application/json', 'multipart/form-data; boundary=x', `${FORM}ed`, 'x/y'])(
    'refuses the media type %s (T03)',
    (type) => {
      expect(refusalOf('grant_type=client_credentials', type)).toMatchObject({
        code: 'invalid_request',
        status: 400,
      });
    },
  );

  it('refuses a request without a body', () => {
    expect(() => FormParameters.parse(undefined, FORM)).toThrow(OAuthError);
  });
});

function parse(body: string): FormParameters {
  return FormParameters.parse(Buffer.from(body), FORM);
}

function refusalOf(body: string | Buffer, ...type: [string | undefined] | []): unknown {
  try {
    FormParameters.parse(Buffer.from(body), type.length > 0 ? type[0] : FORM);
    return undefined;
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    return { code: error.code, status: error.getStatus() };
  }
}
