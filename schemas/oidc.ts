import * as z from 'zod';
import { right } from './right.ts';

/**
 * A URL of an issuer. Plain HTTP is allowed for this machine only, on which tests run an issuer: on
 * Lambda, nothing listens there.
 */
const issuerUrl = z
  .url()
  .refine(
    (value) => /^https:\/\/|^http:\/\/(127\.0\.0\.1|localhost)(:\d+)?(\/|$)/.test(value),
    'must begin with https://',
  );

/** Which tokens of OpenID Connect the API accepts beside its keys. */
export const oidcSettingsSchema = z.object({
  /** Issuer of the tokens, exactly as the claim `iss` has it. */
  issuer: issuerUrl,
  /** Where the issuer publishes its keys. Default: `/.well-known/jwks.json` of the issuer. */
  jwks_uri: issuerUrl.optional(),
  /** Audiences of which a token must name one. */
  audiences: z.array(z.string().min(1)).min(1),
  /** Claim with the audience. Access tokens of Amazon Cognito have only `client_id`. */
  audience_claim: z.enum(['aud', 'client_id']).default('aud'),
  /** Claim with the tenant, such as `custom:tenant`. */
  tenant_claim: z.string().min(1),
  /** Claim with the rights: a list, or words with spaces or commas between them. */
  rights_claim: z.string().min(1).default('scope'),
  /** Rights that a value of the claim stands for, such as `{ 'texts/analyst': ['read'] }`. */
  rights_by_value: z.record(z.string(), z.array(right)).default({}),
});
export type OidcSettings = z.infer<typeof oidcSettingsSchema>;
/** The settings as a person writes them, without defaults. */
export type OidcSettingsInput = z.input<typeof oidcSettingsSchema>;
