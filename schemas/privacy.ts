import { createHmac } from 'node:crypto';
import * as z from 'zod';
import { slug } from './record.ts';

/**
 * The treatment of personal data. `off`: it is not looked for. `detect`: it is found, and the text is
 * analysed as it came. `redact`: it is replaced by placeholders before anything is sent or stored.
 */
const POLICIES = ['off', 'detect', 'redact'] as const;
/** The part of a text that is stored: the text as it came, the text with placeholders, or nothing. */
const STORED_TEXTS = ['full', 'redacted', 'none'] as const;
/**
 * The engines that find personal data. `local`: the detectors of processors/privacy, which run in the
 * function. `comprehend`: DetectPiiEntities of Amazon Comprehend for its languages, and the local
 * detectors for the others. `both`: the findings of both.
 */
const ENGINES = ['local', 'comprehend', 'both'] as const;
/**
 * The form that personal data has in stores: its type, such as `[EMAIL]`, or a pseudonym, such as
 * `[EMAIL:3f9a0c1b2d4e5f60]`, which is the same for the same value of a tenant.
 */
const PLACEHOLDERS = ['types', 'pseudonyms'] as const;

/** The policy of one tenant and source. */
export interface PrivacyPolicy {
  policy: (typeof POLICIES)[number];
  stored_text: (typeof STORED_TEXTS)[number];
}

const policyFields = {
  policy: z.enum(POLICIES),
  stored_text: z.enum(STORED_TEXTS),
};
const exceptionSchema = z.object(policyFields).partial();

/**
 * Settings of privacy. The policy of a source stands before that of its tenant, and that of a tenant
 * before the general one, field by field. A key of `by_source` has the form `tenant/source`.
 *
 * @example
 * privacySchema.parse({
 *   engine: 'local',
 *   placeholders: 'types',
 *   policy: 'redact',
 *   stored_text: 'redacted',
 *   by_tenant: { acme: { stored_text: 'none' } },
 *   by_source: { 'acme/tickets': { policy: 'detect', stored_text: 'full' } },
 * });
 */
export const privacySchema = z
  .object({
    ...policyFields,
    engine: z.enum(ENGINES),
    placeholders: z.enum(PLACEHOLDERS),
    by_tenant: z.record(slug, exceptionSchema).default({}),
    by_source: z
      .record(
        z.string().regex(/^[^/]+\/[^/]+$/, 'must have the form tenant/source'),
        exceptionSchema,
      )
      .default({}),
  })
  .superRefine((settings, context) => {
    for (const { path, policy } of listPolicies(settings)) {
      const message = findContradiction(policy);
      if (message !== undefined) context.addIssue({ code: 'custom', path, message });
    }
  });
export type PrivacySettings = z.output<typeof privacySchema>;
/** The settings before the schema has filled in the defaults. */
export type PrivacyInput = z.input<typeof privacySchema>;

function findContradiction({ policy, stored_text }: PrivacyPolicy): string | undefined {
  if (policy === 'redact' && stored_text === 'full') {
    return 'the policy redact stores no full text; set stored_text to redacted or none';
  }
  if (policy === 'off' && stored_text === 'redacted') {
    return 'the policy off finds nothing to redact; set stored_text to full or none';
  }
  return undefined;
}

function listPolicies(settings: PrivacySettings): { path: string[]; policy: PrivacyPolicy }[] {
  const tenants = Object.keys(settings.by_tenant);
  const sources = Object.keys(settings.by_source).map((key) => key.split('/'));
  return [
    { path: [], policy: settings },
    ...tenants.map((tenant) => ({
      path: ['by_tenant', tenant],
      policy: findPrivacyPolicy(settings, tenant),
    })),
    ...sources.map(([tenant = '', source = '']) => ({
      path: ['by_source', `${tenant}/${source}`],
      policy: findPrivacyPolicy(settings, tenant, source),
    })),
  ];
}

/** Returns the policy for the texts of a tenant, or of one of its sources. */
export function findPrivacyPolicy(
  settings: PrivacySettings,
  tenant: string,
  source?: string,
): PrivacyPolicy {
  const own = (of: PrivacySettings['by_tenant'], key: string) =>
    Object.hasOwn(of, key) ? of[key] : undefined;
  const of_tenant = own(settings.by_tenant, tenant);
  const of_source =
    source === undefined ? undefined : own(settings.by_source, `${tenant}/${source}`);
  return {
    policy: of_source?.policy ?? of_tenant?.policy ?? settings.policy,
    stored_text: of_source?.stored_text ?? of_tenant?.stored_text ?? settings.stored_text,
  };
}

/**
 * Derives the key of the pseudonyms of a tenant from a secret of the deployment, so that the same value
 * of two tenants has different pseudonyms.
 */
export function derivePseudonymKey(deployment_secret: string, tenant: string): Uint8Array {
  return createHmac('sha256', deployment_secret).update(`pseudonyms\n${tenant}`).digest();
}
