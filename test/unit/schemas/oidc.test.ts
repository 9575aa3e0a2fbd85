import { expect, it } from 'vitest';
import { oidcSettingsSchema } from '../../../schemas/oidc.ts';

const SETTINGS = {
  issuer: 'https://issuer.example.com/pool',
  audiences: ['texts'],
  tenant_claim: 'custom:tenant',
};
const isValid = (change: object) =>
  oidcSettingsSchema.safeParse({ ...SETTINGS, ...change }).success;

it('the audience and the rights have usual claims, and no value stands for a right by default', () => {
  expect(oidcSettingsSchema.parse(SETTINGS)).toEqual({
    ...SETTINGS,
    audience_claim: 'aud',
    rights_claim: 'scope',
    rights_by_value: {},
  });
  expect(isValid({ audience_claim: 'client_id', rights_claim: 'cognito:groups' })).toBe(true);
  expect(isValid({ rights_by_value: { analysts: ['read'] } })).toBe(true);
});

it.each(['http://127.0.0.1', 'http://127.0.0.1:8080/x', 'http://localhost', 'http://localhost:1/'])(
  'an issuer on this machine may use plain HTTP: %s',
  (issuer) => {
    expect(isValid({ issuer })).toBe(true);
    expect(isValid({ jwks_uri: issuer })).toBe(true);
  },
);

it.each([
  'http://issuer.example.com',
  'http://127.0.0.1.example.com',
  'http://localhost.example.com',
  'http://example.com/http://localhost/',
  'http://example.com/https://x',
  'http://localhost:80@example.com/',
  'ftp://localhost',
  'issuer.example.com',
  '',
])('an issuer elsewhere needs HTTPS: %s', (issuer) => {
  expect(isValid({ issuer })).toBe(false);
  expect(isValid({ jwks_uri: issuer })).toBe(false);
});

it.each([
  ['no audience', { audiences: [] }],
  ['an empty audience', { audiences: [''] }],
  ['an audience in another claim', { audience_claim: 'azp' }],
  ['no claim of the tenant', { tenant_claim: '' }],
  ['no claim of the rights', { rights_claim: '' }],
  ['an unknown right', { rights_by_value: { all: ['everything'] } }],
])('settings are refused with %s', (_, change) => {
  expect(isValid(change)).toBe(false);
});
