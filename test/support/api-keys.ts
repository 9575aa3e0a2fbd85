import { type ApiKeyClaims, DEFAULT_RIGHTS, formatApiKey } from '../../schemas/index.ts';

/** Builds a key with the default rights, or with those that the claims name. */
export function formatKey(
  claims: Pick<ApiKeyClaims, 'tenant' | 'tier'> & Partial<ApiKeyClaims>,
  random: string,
): string {
  return formatApiKey({ rights: DEFAULT_RIGHTS, ...claims }, random);
}
