import { PUNCTUATION, type SecretSpec } from '../services/secrets-manager.ts';
import type { Stack } from './template/stack.ts';

interface SecretProperties {
  Name?: string;
  SecretString?: string;
  GenerateSecretString?: {
    PasswordLength?: number;
    ExcludePunctuation?: boolean | string;
    ExcludeCharacters?: string;
    SecretStringTemplate?: string;
  };
}

/**
 * Reads the secrets of the template.
 * @throws {Error} if a generated secret has a template, which is not emulated.
 */
export function secretSpecs(stack: Stack): SecretSpec[] {
  return stack.resources('AWS::SecretsManager::Secret').map((resource) => {
    const { Name, SecretString, GenerateSecretString } = resource.properties() as SecretProperties;
    if (GenerateSecretString?.SecretStringTemplate !== undefined) {
      throw new Error(
        `${resource.logical_id} (${resource.type}): SecretStringTemplate is not emulated. ` +
          'Generate a plain string, or give SecretString.',
      );
    }
    const punctuation =
      String(GenerateSecretString?.ExcludePunctuation ?? false) === 'true' ? PUNCTUATION : '';
    return {
      arn: resource.physical_id,
      name: Name ?? resource.physical_id.replace(/^.*:/, ''),
      ...(SecretString === undefined ? {} : { value: SecretString }),
      generate: {
        length: Number(GenerateSecretString?.PasswordLength ?? 32),
        exclude: `${GenerateSecretString?.ExcludeCharacters ?? ''}${punctuation}`,
      },
    };
  });
}
